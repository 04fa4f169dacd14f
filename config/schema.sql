-- Written by manage.py schema_record; see config/schema.py.
-- migration accounts 0001_initial 2d71891d58058204
-- migration accounts 0002_calendars_and_presence 849a06311084e33b
-- migration accounts 0003_private_numbers 3083632f734f4a0c
-- migration accounts 0004_known_zones ed0b1e3df3d51ec3
-- migration accounts 0005_sentences 400684d54ca237c1
-- migration accounts 0006_optional_days 6d2ab93bd30d4183
-- migration accounts 0007_invitations 7bd27552246d4e53
-- migration accounts 0008_audit_kept e2ca268664c9e46e
-- migration accounts 0009_preferences cafb6816812dd92f
-- migration accounts 0010_mails_and_invitations 9939df656b5ba340
-- migration accounts 0011_sessions 6286291f66d0787e
-- migration accounts 0012_push_devices cfa78b6992c6d591
-- migration accounts 0013_changes f0741e489b377aeb
-- migration accounts 0014_two_factor cf9e90554e501661
-- migration admin 0001_initial f4716989d9815b62
-- migration admin 0002_logentry_remove_auto_add 2c127e659a2236ed
-- migration admin 0003_logentry_add_action_flag_choices 02700a827190720e
-- migration agenda 0001_start e46116f4423f24d9
-- migration analytics 0001_start bdab79fd505be3dd
-- migration auth 0001_initial 845cff319606332f
-- migration auth 0002_alter_permission_name_max_length feaf97e0e8f7d148
-- migration auth 0003_alter_user_email_max_length 9d5657b4db9872dc
-- migration auth 0004_alter_user_username_opts 9538db342c9a9bec
-- migration auth 0005_alter_user_last_login_null 79f60a35dc000fdd
-- migration auth 0006_require_contenttypes_0002 00cb16e3405f14b6
-- migration auth 0007_alter_validators_add_error_messages 115db87dc327530f
-- migration auth 0008_alter_user_username_max_length 02857f65f7d64814
-- migration auth 0009_alter_user_last_name_max_length 19a89500e7f108a7
-- migration auth 0010_alter_group_name_max_length 0963ed6498ac0b3a
-- migration auth 0011_update_proxy_permissions 85a5dde708dc4b61
-- migration auth 0012_alter_user_first_name_max_length 6cefbc9f80903763
-- migration axes 0001_initial e4c0194cf158395b
-- migration axes 0002_auto_20151217_2044 a092989bdd502de7
-- migration axes 0003_auto_20160322_0929 ff269df1341caca0
-- migration axes 0004_auto_20181024_1538 71cdafbe7458c772
-- migration axes 0005_remove_accessattempt_trusted baf3f5f6de5b5ee8
-- migration axes 0006_remove_accesslog_trusted 82850f25ae37e081
-- migration axes 0007_alter_accessattempt_unique_together c9fdd81629030721
-- migration axes 0008_accessfailurelog 2680dce9ecfcd4df
-- migration axes 0009_add_session_hash 82762be269ea4c62
-- migration axes 0010_accessattemptexpiration 524ca5b4566a41b8
-- migration bot 0001_vendors 13b8b87b0e79b694
-- migration bot 0002_talking 06465e0df6f74ef0
-- migration bot 0003_suggestions 1666c31bccfa079a
-- migration bot 0004_rewriting ec1c43edc4e09085
-- migration bot 0005_readings 00e563d03fb23774
-- migration campaigns 0001_start 41499dd9f484966a
-- migration campaigns 0002_listed_phone 9c6cb70948a4fd2c
-- migration campaigns 0003_lists_read d714e7f54253c6ef
-- migration campaigns 0004_left_out_words b8cd149c8de39abd
-- migration campaigns 0005_unreachable_people bfd17103b75e1408
-- migration campaigns 0006_provider_words 5b229c7f474aa97b
-- migration contacts 0001_initial ea22de9c0c06ad65
-- migration contacts 0002_consent_ledger 1288990145eccb89
-- migration contacts 0003_consent_chain 713973d336f98a7c
-- migration contacts 0004_merging debb532efd43a148
-- migration contacts 0005_merging_index 3c3661465e1c0e1d
-- migration contacts 0006_segments 651f960d34747aba
-- migration contacts 0007_imports 59b1d104ce4dd425
-- migration contacts 0008_contact_email_index 5bdf3c615a6930b4
-- migration contacts 0009_privacy eaafb57bcd13772e
-- migration contacts 0010_dependents 1b62de4ad1772089
-- migration contacts 0011_dependents_rules 919107b04bea5444
-- migration contacts 0012_import_words 218d4dd3021d7788
-- migration contacts 0013_words b73f98d77178cc94
-- migration contacts 0014_left_numbers 09ec2eadfcd0639d
-- migration contacts 0015_import_reading 147b1464d7403bc8
-- migration contacts 0016_remembered_refusals 01cf3755c223363b
-- migration contacts 0017_own_word_holds dde5579b998f1795
-- migration contacts 0018_sentences 7299cb09268b7c5b
-- migration contacts 0019_sealed_chain a1149120d10ad9da
-- migration contacts 0020_tag_ids 40cb4245578df7df
-- migration contacts 0021_provider_words 9ce4ce555f0f1bae
-- migration contacts 0022_one_person 3e6b0724fc523053
-- migration contacts 0023_one_person_indexes 03c29e6e831c7df1
-- migration contacts 0024_changes 5d9322d43394adc7
-- migration contacts 0025_old_rows a2b360105a4d855d
-- migration contenttypes 0001_initial 35ed8489a147e0b4
-- migration contenttypes 0002_remove_content_type_name 7d36494075750f0e
-- migration flows 0001_initial 1637c6cacc7223e2
-- migration integrations 0001_start c68ed635e96b72c8
-- migration knox 0001_initial 8f52d41745a8f6eb
-- migration knox 0002_auto_20150916_1425 19beb1dbf5ef20f4
-- migration knox 0003_auto_20150916_1526 507d247021c7a76d
-- migration knox 0004_authtoken_expires 25e08dafa6f87f3d
-- migration knox 0005_authtoken_token_key 17ead5699a75f7d4
-- migration knox 0006_auto_20160818_0932 c411d6583008bc02
-- migration knox 0007_auto_20190111_0542 2599794c887e5a69
-- migration knox 0008_remove_authtoken_salt b0d4ed73543e0e10
-- migration knox 0009_extend_authtoken_field e57d2da414d92839
-- migration leadscoring 0001_initial 040d43528d628842
-- migration leadscoring 0002_sentences a37b7cedf370341e
-- migration leadscoring 0003_refusals 80e935b423a98e38
-- migration leadscoring 0004_more_words 5847a2f0805dff56
-- migration omnichannel 0001_initial cce2c70093af41e0
-- migration omnichannel 0002_fewer_indexes de8cbaa3f8a66c4f
-- migration omnichannel 0003_reopen_until 1d0ff764801d54a9
-- migration omnichannel 0004_rates_and_costs 8499c1366c51a4f6
-- migration omnichannel 0005_about 2f72faa5bf788c26
-- migration omnichannel 0006_about_index 00ff2697533ea31e
-- migration omnichannel 0007_words a78a6016fc6d7f46
-- migration omnichannel 0008_channel_proof 4aaaffc061709b00
-- migration omnichannel 0009_channel_proof_rules 3146b05dc3c0f76d
-- migration omnichannel 0010_addresses 0f45e3422d909d22
-- migration omnichannel 0011_refused_once_more 3ca8743845178293
-- migration omnichannel 0012_order_of_lists 09492ac299fe76e7
-- migration omnichannel 0013_early_changes 30274a14f00a6d7d
-- migration omnichannel 0014_quote_index f58b93bd5ffdeeaa
-- migration omnichannel 0015_sentences 3598cb50638423c2
-- migration omnichannel 0016_unsent_index 855787ef07d2e380
-- migration omnichannel 0017_words_known 07905114a09a41d0
-- migration omnichannel 0018_words_of_lists 0d4dddcbd16cf0f3
-- migration omnichannel 0019_channel_settings 4428ce3d7cbb7e6e
-- migration omnichannel 0020_threads ceb4a323caba4444
-- migration omnichannel 0021_one_open_a_thread 1e876cc870fbff58
-- migration omnichannel 0022_sending_stops 22196721eb6857d9
-- migration omnichannel 0023_file_addresses c24628d3ccdd6679
-- migration omnichannel 0024_sms_rates 97274e863818eab8
-- migration omnichannel 0025_provider_words 2c03f6d45dc21508
-- migration omnichannel 0026_cost_units 0194d7de3cb51b3e
-- migration omnichannel 0027_rate_words 1a83d35bffd54b26
-- migration omnichannel 0028_file_positions 8bdd6e017ee14793
-- migration omnichannel 0029_mail 44a82ea5bc84205e
-- migration omnichannel 0030_continues 9816ac73e10504b4
-- migration omnichannel 0031_continues_index bb9c40c51a9cbc2c
-- migration omnichannel 0032_person_profile f83a19659a0bd7e0
-- migration omnichannel 0033_signatures 9bfeafb678be936f
-- migration omnichannel 0034_transcription_states c70b3c906ce3a92d
-- migration omnichannel 0035_transcription_index ff91ac384a12120a
-- migration omnichannel 0036_other_app 6c804b8b14fe43e5
-- migration omnichannel 0037_opened_index 1216a848a380837c
-- migration omnichannel 0038_waveforms 73eb7f6f677a32de
-- migration omnichannel 0039_snooze 47e069fbb0221066
-- migration omnichannel 0040_snooze_indexes 12c3006326078c41
-- migration omnichannel 0041_mail_mark 6297ab464974c3de
-- migration omnichannel 0042_stars 1d051083786f14cc
-- migration omnichannel 0043_starred_index 925ab8907bc80947
-- migration omnichannel 0044_drafts e6ae3eb4bee7979e
-- migration omnichannel 0045_subject_index b2ee63e5d81f121e
-- migration omnichannel 0046_scheduled 82e8344e87c6f7ff
-- migration omnichannel 0047_sign_by_channel f571089f753772d0
-- migration omnichannel 0048_mentions 9ba5a7794bea9065
-- migration omnichannel 0049_changes 589afe4272b73278
-- migration omnichannel 0050_participants 068f52c42dd37d5c
-- migration omnichannel 0051_pins 94b284e3a9461832
-- migration queues 0001_initial a05906fb3bbc9351
-- migration queues 0002_told_position_at a58714c3a396cd81
-- migration queues 0003_sentences 3145015c5d97822c
-- migration queues 0004_channel_ids ed05d7052f4c9f98
-- migration queues 0005_continued 846fb7841b5e35c2
-- migration queues 0006_quick_replies 56ec7796002fed57
-- migration queues 0007_macros 91557dc0842b2aa1
-- migration queues 0008_rules 5f9e3a3ef11ff4e1
-- migration queues 0009_changes 3c779f1fbd094212
-- migration queues 0010_endings 091fbc080b8c925c
-- migration queues 0011_saved_views 5d3800c251eecdc9
-- migration sessions 0001_initial 2aa438e2393ee513
-- migration simulator 0001_initial 02058d04bf78c302
-- migration simulator 0002_template_reviews 0fc7202e501f497c
-- migration simulator 0003_connection_states 8012bb7dce149d00
-- migration simulator 0004_sms_lines 052363778c772572
-- migration simulator 0005_sms_files 0d74f22f0e34fc99
-- migration simulator 0006_direct_accounts 7a751e15fe595cec
-- migration simulator 0007_direct_comments 95c5130f99482966
-- migration simulator 0008_sample_sites 32b117e1b58faa05
-- migration simulator 0009_mailboxes 64d8bb5b494192cf
-- migration simulator 0010_mail_servers ec9266e5f66364a5
-- migration visitors 0001_start c69ef9a1a29f0fbd
-- migration visitors 0002_what_is_signed 31d16a175b8ab856
-- migration visitors 0003_sentences 43c8a8bb050a12f8
-- migration webhooks 0001_initial d744643821493b1a
-- migration webhooks 0002_lanes 0126c25f8297add7
-- migration webhooks 0003_requests dbbbed350bc90b23
-- migration webhooks 0004_large_bodies 030293cfb8373814
-- migration webhooks 0005_unproven_index 933e9320d343f420
-- migration webhooks 0006_folder_positions 2bb699c9e4603815
CREATE TABLE "django_session" ("session_key" varchar(40) NOT NULL PRIMARY KEY, "session_data" text NOT NULL, "expire_date" timestamp with time zone NOT NULL);
CREATE INDEX "django_session_session_key_c0390e0f_like" ON "django_session" ("session_key" varchar_pattern_ops);
CREATE INDEX "django_session_expire_date_a5c62663" ON "django_session" ("expire_date");
CREATE TABLE "django_content_type" ("id" integer NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, "name" varchar(100) NOT NULL, "app_label" varchar(100) NOT NULL, "model" varchar(100) NOT NULL);
ALTER TABLE "django_content_type" ADD CONSTRAINT "django_content_type_app_label_model_76bd3d3b_uniq" UNIQUE ("app_label", "model");
ALTER TABLE "django_content_type" ALTER COLUMN "name" DROP NOT NULL;
ALTER TABLE "django_content_type" DROP COLUMN "name" CASCADE;
CREATE TABLE "auth_permission" ("id" integer NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, "name" varchar(50) NOT NULL, "content_type_id" integer NOT NULL, "codename" varchar(100) NOT NULL);
CREATE TABLE "auth_group" ("id" integer NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, "name" varchar(80) NOT NULL UNIQUE);
CREATE TABLE "auth_group_permissions" ("id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, "group_id" integer NOT NULL, "permission_id" integer NOT NULL);
ALTER TABLE "auth_permission" ADD CONSTRAINT "auth_permission_content_type_id_codename_01ab375a_uniq" UNIQUE ("content_type_id", "codename");
ALTER TABLE "auth_permission" ADD CONSTRAINT "auth_permission_content_type_id_2f476e4b_fk_django_co" FOREIGN KEY ("content_type_id") REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "auth_permission_content_type_id_2f476e4b" ON "auth_permission" ("content_type_id");
CREATE INDEX "auth_group_name_a6ea08ec_like" ON "auth_group" ("name" varchar_pattern_ops);
ALTER TABLE "auth_group_permissions" ADD CONSTRAINT "auth_group_permissions_group_id_permission_id_0cd325b0_uniq" UNIQUE ("group_id", "permission_id");
ALTER TABLE "auth_group_permissions" ADD CONSTRAINT "auth_group_permissions_group_id_b120cbf9_fk_auth_group_id" FOREIGN KEY ("group_id") REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "auth_group_permissions" ADD CONSTRAINT "auth_group_permissio_permission_id_84c5c92e_fk_auth_perm" FOREIGN KEY ("permission_id") REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "auth_group_permissions_group_id_b120cbf9" ON "auth_group_permissions" ("group_id");
CREATE INDEX "auth_group_permissions_permission_id_84c5c92e" ON "auth_group_permissions" ("permission_id");
ALTER TABLE "auth_permission" ALTER COLUMN "name" TYPE varchar(255);
ALTER TABLE "auth_group" ALTER COLUMN "name" TYPE varchar(150);
CREATE TABLE "accounts_company" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "name" varchar(120) NOT NULL, "time_zone" varchar(64) NOT NULL, "is_active" boolean NOT NULL, "attendants_see_all" boolean NOT NULL, "sign_messages" boolean NOT NULL);
CREATE TABLE "accounts_user" ("password" varchar(128) NOT NULL, "last_login" timestamp with time zone NULL, "is_superuser" boolean NOT NULL, "id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "email" varchar(254) NOT NULL UNIQUE, "name" varchar(120) NOT NULL, "is_active" boolean NOT NULL, "is_staff" boolean NOT NULL);
CREATE TABLE "accounts_user_groups" ("id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, "user_id" uuid NOT NULL, "group_id" integer NOT NULL);
CREATE TABLE "accounts_user_user_permissions" ("id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, "user_id" uuid NOT NULL, "permission_id" integer NOT NULL);
CREATE TABLE "accounts_auditentry" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "action" varchar(60) NOT NULL, "object_type" varchar(60) NOT NULL, "object_id" varchar(64) NOT NULL, "detail" jsonb NOT NULL, "address" inet NULL, "actor_id" uuid NULL, "company_id" uuid NOT NULL);
CREATE TABLE "accounts_membership" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "role" varchar(20) NOT NULL, "is_active" boolean NOT NULL, "company_id" uuid NOT NULL, "user_id" uuid NOT NULL);
CREATE TABLE "accounts_idempotencykey" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "key" varchar(120) NOT NULL, "fingerprint" varchar(64) NOT NULL, "status" smallint NULL CHECK ("status" >= 0), "body" jsonb NULL, "company_id" uuid NOT NULL, "membership_id" uuid NOT NULL);
CREATE UNIQUE INDEX "user_email_ci" ON "accounts_user" ((LOWER("email")));
CREATE INDEX "audit_company_recent" ON "accounts_auditentry" ("company_id", "created_at" DESC);
CREATE INDEX "audit_object" ON "accounts_auditentry" ("object_type", "object_id");
ALTER TABLE "accounts_membership" ADD CONSTRAINT "membership_once" UNIQUE ("company_id", "user_id");
CREATE INDEX "idempotency_age" ON "accounts_idempotencykey" ("created_at");
ALTER TABLE "accounts_idempotencykey" ADD CONSTRAINT "idempotency_once" UNIQUE ("membership_id", "key");
CREATE INDEX "accounts_user_email_b2644a56_like" ON "accounts_user" ("email" varchar_pattern_ops);
ALTER TABLE "accounts_user_groups" ADD CONSTRAINT "accounts_user_groups_user_id_group_id_59c0b32f_uniq" UNIQUE ("user_id", "group_id");
ALTER TABLE "accounts_user_groups" ADD CONSTRAINT "accounts_user_groups_user_id_52b62117_fk_accounts_user_id" FOREIGN KEY ("user_id") REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "accounts_user_groups" ADD CONSTRAINT "accounts_user_groups_group_id_bd11a704_fk_auth_group_id" FOREIGN KEY ("group_id") REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "accounts_user_groups_user_id_52b62117" ON "accounts_user_groups" ("user_id");
CREATE INDEX "accounts_user_groups_group_id_bd11a704" ON "accounts_user_groups" ("group_id");
ALTER TABLE "accounts_user_user_permissions" ADD CONSTRAINT "accounts_user_user_permi_user_id_permission_id_2ab516c2_uniq" UNIQUE ("user_id", "permission_id");
ALTER TABLE "accounts_user_user_permissions" ADD CONSTRAINT "accounts_user_user_p_user_id_e4f0a161_fk_accounts_" FOREIGN KEY ("user_id") REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "accounts_user_user_permissions" ADD CONSTRAINT "accounts_user_user_p_permission_id_113bb443_fk_auth_perm" FOREIGN KEY ("permission_id") REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "accounts_user_user_permissions_user_id_e4f0a161" ON "accounts_user_user_permissions" ("user_id");
CREATE INDEX "accounts_user_user_permissions_permission_id_113bb443" ON "accounts_user_user_permissions" ("permission_id");
ALTER TABLE "accounts_auditentry" ADD CONSTRAINT "accounts_auditentry_actor_id_3237b29c_fk_accounts_user_id" FOREIGN KEY ("actor_id") REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "accounts_auditentry" ADD CONSTRAINT "accounts_auditentry_company_id_1038ddf6_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "accounts_auditentry_actor_id_3237b29c" ON "accounts_auditentry" ("actor_id");
CREATE INDEX "accounts_auditentry_company_id_1038ddf6" ON "accounts_auditentry" ("company_id");
ALTER TABLE "accounts_membership" ADD CONSTRAINT "accounts_membership_company_id_a85e43ce_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "accounts_membership" ADD CONSTRAINT "accounts_membership_user_id_487fb39e_fk_accounts_user_id" FOREIGN KEY ("user_id") REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "accounts_membership_company_id_a85e43ce" ON "accounts_membership" ("company_id");
CREATE INDEX "accounts_membership_user_id_487fb39e" ON "accounts_membership" ("user_id");
ALTER TABLE "accounts_idempotencykey" ADD CONSTRAINT "accounts_idempotency_company_id_dd372f85_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "accounts_idempotencykey" ADD CONSTRAINT "accounts_idempotency_membership_id_6feef8d7_fk_accounts_" FOREIGN KEY ("membership_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "accounts_idempotencykey_company_id_dd372f85" ON "accounts_idempotencykey" ("company_id");
CREATE INDEX "accounts_idempotencykey_membership_id_6feef8d7" ON "accounts_idempotencykey" ("membership_id");
ALTER TABLE "accounts_membership" ADD COLUMN "capacity" smallint NULL CHECK ("capacity" >= 0);
CREATE TABLE "accounts_businesscalendar" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "name" varchar(80) NOT NULL, "time_zone" varchar(64) NOT NULL, "national_holidays" boolean NOT NULL, "state" varchar(2) NOT NULL, "company_id" uuid NOT NULL);
CREATE TABLE "accounts_calendarexception" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "day" date NOT NULL, "name" varchar(80) NOT NULL, "opens_at" time NULL, "closes_at" time NULL, "calendar_id" uuid NOT NULL, "company_id" uuid NOT NULL);
CREATE TABLE "accounts_calendarhours" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "weekday" smallint NOT NULL CHECK ("weekday" >= 0), "opens_at" time NOT NULL, "closes_at" time NOT NULL, "calendar_id" uuid NOT NULL, "company_id" uuid NOT NULL);
CREATE TABLE "accounts_pausereason" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "name" varchar(60) NOT NULL, "is_active" boolean NOT NULL, "company_id" uuid NOT NULL);
CREATE TABLE "accounts_presence" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "chosen" varchar(10) NOT NULL, "state" varchar(10) NOT NULL, "last_seen_at" timestamp with time zone NOT NULL, "since" timestamp with time zone NOT NULL, "cleared_at" timestamp with time zone NULL, "company_id" uuid NOT NULL, "membership_id" uuid NOT NULL UNIQUE, "reason_id" uuid NULL);
CREATE TABLE "accounts_presencelog" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "state" varchar(10) NOT NULL, "reason" varchar(60) NOT NULL, "started_at" timestamp with time zone NOT NULL, "ended_at" timestamp with time zone NULL, "company_id" uuid NOT NULL, "membership_id" uuid NOT NULL);
CREATE UNIQUE INDEX "calendar_name_once" ON "accounts_businesscalendar" ("company_id", (UPPER("name")));
ALTER TABLE "accounts_calendarexception" ADD CONSTRAINT "calendar_exception_once" UNIQUE NULLS NOT DISTINCT ("calendar_id", "day", "opens_at");
ALTER TABLE "accounts_calendarexception" ADD CONSTRAINT "calendar_exception_both_times" CHECK ((("closes_at" IS NULL AND "opens_at" IS NULL) OR ("closes_at" IS NOT NULL AND "opens_at" IS NOT NULL)));
CREATE UNIQUE INDEX "pause_reason_once" ON "accounts_pausereason" ("company_id", (UPPER("name")));
CREATE INDEX "presence_seen" ON "accounts_presence" ("last_seen_at") WHERE NOT ("state" = 'offline');
CREATE INDEX "presence_log_recent" ON "accounts_presencelog" ("membership_id", "started_at" DESC);
CREATE UNIQUE INDEX "presence_log_one_open" ON "accounts_presencelog" ("membership_id") WHERE "ended_at" IS NULL;
ALTER TABLE "accounts_businesscalendar" ADD CONSTRAINT "accounts_businesscal_company_id_7d8fd928_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "accounts_businesscalendar_company_id_7d8fd928" ON "accounts_businesscalendar" ("company_id");
ALTER TABLE "accounts_calendarexception" ADD CONSTRAINT "accounts_calendarexc_calendar_id_1dbb8a40_fk_accounts_" FOREIGN KEY ("calendar_id") REFERENCES "accounts_businesscalendar" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "accounts_calendarexception" ADD CONSTRAINT "accounts_calendarexc_company_id_696924b4_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "accounts_calendarexception_calendar_id_1dbb8a40" ON "accounts_calendarexception" ("calendar_id");
CREATE INDEX "accounts_calendarexception_company_id_696924b4" ON "accounts_calendarexception" ("company_id");
ALTER TABLE "accounts_calendarhours" ADD CONSTRAINT "accounts_calendarhou_calendar_id_62eee3bb_fk_accounts_" FOREIGN KEY ("calendar_id") REFERENCES "accounts_businesscalendar" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "accounts_calendarhours" ADD CONSTRAINT "accounts_calendarhou_company_id_c78a7070_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "accounts_calendarhours_calendar_id_62eee3bb" ON "accounts_calendarhours" ("calendar_id");
CREATE INDEX "accounts_calendarhours_company_id_c78a7070" ON "accounts_calendarhours" ("company_id");
ALTER TABLE "accounts_pausereason" ADD CONSTRAINT "accounts_pausereason_company_id_798cbf49_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "accounts_pausereason_company_id_798cbf49" ON "accounts_pausereason" ("company_id");
ALTER TABLE "accounts_presence" ADD CONSTRAINT "accounts_presence_company_id_02c2f0ba_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "accounts_presence" ADD CONSTRAINT "accounts_presence_membership_id_1387c0f1_fk_accounts_" FOREIGN KEY ("membership_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "accounts_presence" ADD CONSTRAINT "accounts_presence_reason_id_5dc5ed1e_fk_accounts_pausereason_id" FOREIGN KEY ("reason_id") REFERENCES "accounts_pausereason" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "accounts_presence_company_id_02c2f0ba" ON "accounts_presence" ("company_id");
CREATE INDEX "accounts_presence_reason_id_5dc5ed1e" ON "accounts_presence" ("reason_id");
ALTER TABLE "accounts_presencelog" ADD CONSTRAINT "accounts_presencelog_company_id_c4272a1a_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "accounts_presencelog" ADD CONSTRAINT "accounts_presencelog_membership_id_63d4b6a7_fk_accounts_" FOREIGN KEY ("membership_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "accounts_presencelog_company_id_c4272a1a" ON "accounts_presencelog" ("company_id");
CREATE INDEX "accounts_presencelog_membership_id_63d4b6a7" ON "accounts_presencelog" ("membership_id");
ALTER TABLE "accounts_company" ADD COLUMN "attendants_see_private" boolean DEFAULT false NOT NULL;
ALTER TABLE "accounts_businesscalendar" ADD COLUMN "closes_ash_wednesday" boolean DEFAULT false NOT NULL;
ALTER TABLE "accounts_businesscalendar" ADD COLUMN "closes_carnival" boolean DEFAULT false NOT NULL;
ALTER TABLE "accounts_businesscalendar" ADD COLUMN "closes_corpus_christi" boolean DEFAULT false NOT NULL;
ALTER TABLE "accounts_membership" ADD COLUMN "is_invited" boolean DEFAULT false NOT NULL;
ALTER TABLE "accounts_user" ADD COLUMN "must_change_password" boolean DEFAULT false NOT NULL;
CREATE FUNCTION accounts_auditentry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'accounts_auditentry is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION accounts_auditentry_is_append_only();
CREATE TRIGGER audit_never_emptied BEFORE TRUNCATE ON accounts_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_auditentry_is_append_only();
ALTER TABLE accounts_auditentry ENABLE ALWAYS TRIGGER audit_append_only;
ALTER TABLE accounts_auditentry ENABLE ALWAYS TRIGGER audit_never_emptied;
ALTER TABLE "accounts_user" ADD COLUMN "chosen" jsonb DEFAULT '{}'::jsonb NOT NULL;
ALTER TABLE "accounts_user" ADD COLUMN "language" varchar(10) DEFAULT '' NOT NULL;
CREATE TABLE "accounts_invitation" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "nonce" varchar(40) NOT NULL, "token_hash" varchar(64) NOT NULL UNIQUE, "expires_at" timestamp with time zone NOT NULL, "accepted_at" timestamp with time zone NULL, "declined_at" timestamp with time zone NULL, "withdrawn_at" timestamp with time zone NULL, "company_id" uuid NOT NULL, "invited_by_id" uuid NULL, "membership_id" uuid NULL UNIQUE);
CREATE TABLE "accounts_accountmail" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "kind" varchar(20) NOT NULL, "language" varchar(10) NOT NULL, "due_at" timestamp with time zone NULL, "attempts" smallint NOT NULL CHECK ("attempts" >= 0), "sent_at" timestamp with time zone NULL, "user_id" uuid NULL, "invitation_id" uuid NULL);
ALTER TABLE "accounts_invitation" ADD CONSTRAINT "accounts_invitation_company_id_02485b48_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "accounts_invitation" ADD CONSTRAINT "accounts_invitation_invited_by_id_94a21efc_fk_accounts_user_id" FOREIGN KEY ("invited_by_id") REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "accounts_invitation" ADD CONSTRAINT "accounts_invitation_membership_id_1bdb31a1_fk_accounts_" FOREIGN KEY ("membership_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "accounts_invitation_token_hash_3d59d75c_like" ON "accounts_invitation" ("token_hash" varchar_pattern_ops);
CREATE INDEX "accounts_invitation_company_id_02485b48" ON "accounts_invitation" ("company_id");
CREATE INDEX "accounts_invitation_invited_by_id_94a21efc" ON "accounts_invitation" ("invited_by_id");
ALTER TABLE "accounts_accountmail" ADD CONSTRAINT "accounts_accountmail_user_id_900eda0b_fk_accounts_user_id" FOREIGN KEY ("user_id") REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "accounts_accountmail" ADD CONSTRAINT "accounts_accountmail_invitation_id_48e5e09a_fk_accounts_" FOREIGN KEY ("invitation_id") REFERENCES "accounts_invitation" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "accounts_accountmail_user_id_900eda0b" ON "accounts_accountmail" ("user_id");
CREATE INDEX "accounts_accountmail_invitation_id_48e5e09a" ON "accounts_accountmail" ("invitation_id");
CREATE INDEX "account_mail_due" ON "accounts_accountmail" ("due_at") WHERE "due_at" IS NOT NULL;
CREATE INDEX "account_mail_recent" ON "accounts_accountmail" ("user_id", "kind", "created_at");
ALTER TABLE "accounts_company" ADD COLUMN "idle_minutes" smallint NULL CHECK ("idle_minutes" >= 0);
CREATE TABLE "accounts_browsersession" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "address" inet NULL, "agent" varchar(200) NOT NULL, "seen_at" timestamp with time zone NOT NULL, "company_id" uuid NULL, "session_id" varchar(40) NOT NULL UNIQUE, "user_id" uuid NOT NULL);
ALTER TABLE "accounts_browsersession" ADD CONSTRAINT "accounts_browsersess_company_id_e71b2e49_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "accounts_browsersession" ADD CONSTRAINT "accounts_browsersess_session_id_6af3c5ee_fk_django_se" FOREIGN KEY ("session_id") REFERENCES "django_session" ("session_key") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "accounts_browsersession" ADD CONSTRAINT "accounts_browsersession_user_id_b0cb11d3_fk_accounts_user_id" FOREIGN KEY ("user_id") REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "accounts_browsersession_company_id_e71b2e49" ON "accounts_browsersession" ("company_id");
CREATE INDEX "accounts_browsersession_session_id_6af3c5ee_like" ON "accounts_browsersession" ("session_id" varchar_pattern_ops);
CREATE INDEX "accounts_browsersession_user_id_b0cb11d3" ON "accounts_browsersession" ("user_id");
CREATE TABLE "accounts_pushdevice" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "endpoint_hash" varchar(64) NOT NULL UNIQUE, "session_hash" varchar(64) NOT NULL, "secret" text NOT NULL, "language" varchar(10) NOT NULL, "company_id" uuid NOT NULL, "membership_id" uuid NOT NULL);
ALTER TABLE "accounts_pushdevice" ADD CONSTRAINT "accounts_pushdevice_company_id_b7fde558_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "accounts_pushdevice" ADD CONSTRAINT "accounts_pushdevice_membership_id_5e85f47b_fk_accounts_" FOREIGN KEY ("membership_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "accounts_pushdevice_endpoint_hash_458d4b32_like" ON "accounts_pushdevice" ("endpoint_hash" varchar_pattern_ops);
CREATE INDEX "accounts_pushdevice_session_hash_6669e0b1" ON "accounts_pushdevice" ("session_hash");
CREATE INDEX "accounts_pushdevice_session_hash_6669e0b1_like" ON "accounts_pushdevice" ("session_hash" varchar_pattern_ops);
CREATE INDEX "accounts_pushdevice_company_id_b7fde558" ON "accounts_pushdevice" ("company_id");
CREATE INDEX "accounts_pushdevice_membership_id_5e85f47b" ON "accounts_pushdevice" ("membership_id");
CREATE TABLE "accounts_rowchange" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "xact" bigint NOT NULL, "kind" varchar(12) NOT NULL, "object_id" uuid NOT NULL, "within_id" uuid NULL, "act" varchar(10) NOT NULL, "company_id" uuid NOT NULL, CONSTRAINT "change_once_a_transaction" UNIQUE ("xact", "object_id"));
CREATE INDEX "change_feed" ON "accounts_rowchange" ("company_id", "xact", "id");
CREATE INDEX "change_age" ON "accounts_rowchange" USING brin ("created_at");
ALTER TABLE "accounts_company" ADD COLUMN "two_factor" varchar(10) DEFAULT '' NOT NULL;
ALTER TABLE "accounts_user" ADD COLUMN "has_two_factor" boolean DEFAULT false NOT NULL;
CREATE TABLE "accounts_twofactor" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "secret" text NOT NULL, "confirmed_at" timestamp with time zone NULL, "last_step" bigint NOT NULL, "recovery" jsonb NOT NULL, "failed_count" smallint NOT NULL CHECK ("failed_count" >= 0), "failed_at" timestamp with time zone NULL, "user_id" uuid NOT NULL UNIQUE);
ALTER TABLE "accounts_twofactor" ADD CONSTRAINT "accounts_twofactor_user_id_d042e4a7_fk_accounts_user_id" FOREIGN KEY ("user_id") REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE "django_admin_log" ("id" integer NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, "action_time" timestamp with time zone NOT NULL, "object_id" text NULL, "object_repr" varchar(200) NOT NULL, "action_flag" smallint NOT NULL CHECK ("action_flag" >= 0), "change_message" text NOT NULL, "content_type_id" integer NULL, "user_id" uuid NOT NULL);
ALTER TABLE "django_admin_log" ADD CONSTRAINT "django_admin_log_content_type_id_c4bce8eb_fk_django_co" FOREIGN KEY ("content_type_id") REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "django_admin_log" ADD CONSTRAINT "django_admin_log_user_id_c564eba6_fk_accounts_user_id" FOREIGN KEY ("user_id") REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "django_admin_log_content_type_id_c4bce8eb" ON "django_admin_log" ("content_type_id");
CREATE INDEX "django_admin_log_user_id_c564eba6" ON "django_admin_log" ("user_id");
CREATE EXTENSION IF NOT EXISTS "pg_trgm";
CREATE EXTENSION IF NOT EXISTS "unaccent";
CREATE TABLE "contacts_tag" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "name" varchar(60) NOT NULL, "colour" varchar(7) NOT NULL, "company_id" uuid NOT NULL);
CREATE TABLE "contacts_contact" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "name" varchar(255) NOT NULL, "email" varchar(255) NOT NULL, "phone" varchar(20) NOT NULL, "status" varchar(20) NOT NULL, "custom" jsonb NOT NULL, "notes" text NOT NULL, "last_contact_at" timestamp with time zone NULL, "company_id" uuid NOT NULL);
CREATE TABLE "contacts_contact_tags" ("id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, "contact_id" uuid NOT NULL, "tag_id" uuid NOT NULL);
CREATE TABLE "contacts_consent" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "purpose" varchar(30) NOT NULL, "is_granted" boolean NOT NULL, "source" varchar(60) NOT NULL, "proof" varchar(255) NOT NULL, "occurred_at" timestamp with time zone NOT NULL, "company_id" uuid NOT NULL, "contact_id" uuid NOT NULL, CONSTRAINT "consent_once" UNIQUE ("contact_id", "purpose", "source", "occurred_at", "is_granted"));
CREATE TABLE "contacts_contactidentity" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "kind" varchar(20) NOT NULL, "realm" varchar(64) NOT NULL, "value" varchar(255) NOT NULL, "username" varchar(64) NOT NULL, "company_id" uuid NOT NULL, "contact_id" uuid NOT NULL, CONSTRAINT "identity_once" UNIQUE ("company_id", "kind", "realm", "value"));
CREATE UNIQUE INDEX "tag_name_once" ON "contacts_tag" ("company_id", (UPPER("name")));
CREATE INDEX "contact_company_recent" ON "contacts_contact" ("company_id", "id" DESC);
CREATE INDEX "contact_phone" ON "contacts_contact" ("company_id", "phone");
CREATE INDEX "contact_search" ON "contacts_contact" USING gin ((UPPER("name")) gin_trgm_ops, (UPPER("email")) gin_trgm_ops, "phone" gin_trgm_ops);
ALTER TABLE "contacts_tag" ADD CONSTRAINT "contacts_tag_company_id_850277cb_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "contacts_tag_company_id_850277cb" ON "contacts_tag" ("company_id");
ALTER TABLE "contacts_contact" ADD CONSTRAINT "contacts_contact_company_id_537aca39_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "contacts_contact_company_id_537aca39" ON "contacts_contact" ("company_id");
ALTER TABLE "contacts_contact_tags" ADD CONSTRAINT "contacts_contact_tags_contact_id_tag_id_bd41f44b_uniq" UNIQUE ("contact_id", "tag_id");
ALTER TABLE "contacts_contact_tags" ADD CONSTRAINT "contacts_contact_tag_contact_id_ff2c136b_fk_contacts_" FOREIGN KEY ("contact_id") REFERENCES "contacts_contact" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "contacts_contact_tags" ADD CONSTRAINT "contacts_contact_tags_tag_id_84637693_fk_contacts_tag_id" FOREIGN KEY ("tag_id") REFERENCES "contacts_tag" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "contacts_contact_tags_contact_id_ff2c136b" ON "contacts_contact_tags" ("contact_id");
CREATE INDEX "contacts_contact_tags_tag_id_84637693" ON "contacts_contact_tags" ("tag_id");
ALTER TABLE "contacts_consent" ADD CONSTRAINT "contacts_consent_company_id_1168ed0f_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "contacts_consent" ADD CONSTRAINT "contacts_consent_contact_id_e3883c86_fk_contacts_contact_id" FOREIGN KEY ("contact_id") REFERENCES "contacts_contact" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "contacts_consent_company_id_1168ed0f" ON "contacts_consent" ("company_id");
CREATE INDEX "contacts_consent_contact_id_e3883c86" ON "contacts_consent" ("contact_id");
CREATE INDEX "consent_latest" ON "contacts_consent" ("contact_id", "purpose", "occurred_at" DESC);
ALTER TABLE "contacts_contactidentity" ADD CONSTRAINT "contacts_contactiden_company_id_0d740c66_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "contacts_contactidentity" ADD CONSTRAINT "contacts_contactiden_contact_id_eb9adef7_fk_contacts_" FOREIGN KEY ("contact_id") REFERENCES "contacts_contact" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "contacts_contactidentity_company_id_0d740c66" ON "contacts_contactidentity" ("company_id");
CREATE INDEX "contacts_contactidentity_contact_id_eb9adef7" ON "contacts_contactidentity" ("contact_id");
CREATE TABLE "omnichannel_channel" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "kind" varchar(20) NOT NULL, "name" varchar(100) NOT NULL, "status" varchar(20) NOT NULL, "status_detail" varchar(500) NOT NULL, "account_id" varchar(100) NOT NULL, "waba_id" varchar(100) NOT NULL, "phone_number" varchar(20) NOT NULL, "is_default" boolean NOT NULL, "credentials" text NOT NULL, "graph_url" varchar(200) NOT NULL, "graph_version" varchar(10) NOT NULL, "health" jsonb NOT NULL, "checked_at" timestamp with time zone NULL, "last_webhook_at" timestamp with time zone NULL, "company_id" uuid NOT NULL);
CREATE TABLE "omnichannel_channelnotice" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "code" varchar(100) NOT NULL, "severity" varchar(10) NOT NULL, "data" jsonb NOT NULL, "occurred_at" timestamp with time zone NOT NULL, "fingerprint" varchar(64) NOT NULL, "channel_id" uuid NOT NULL, "company_id" uuid NOT NULL);
CREATE TABLE "omnichannel_conversation" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "stage" varchar(12) NOT NULL, "subject" varchar(255) NOT NULL, "referral" jsonb NOT NULL, "revision" bigint NOT NULL CHECK ("revision" >= 0), "message_seq" bigint NOT NULL CHECK ("message_seq" >= 0), "message_count" integer NOT NULL CHECK ("message_count" >= 0), "unread_count" integer NOT NULL CHECK ("unread_count" >= 0), "last_message_at" timestamp with time zone NULL, "last_message_kind" varchar(20) NOT NULL, "last_message_text" varchar(160) NOT NULL, "last_message_direction" varchar(8) NOT NULL, "last_message_status" varchar(12) NOT NULL, "last_message_seq" bigint NOT NULL CHECK ("last_message_seq" >= 0), "last_inbound_at" timestamp with time zone NULL, "waiting_since" timestamp with time zone NULL, "opened_at" timestamp with time zone NOT NULL, "closed_at" timestamp with time zone NULL, "attendant_id" uuid NULL, "channel_id" uuid NOT NULL, "company_id" uuid NOT NULL, "contact_id" uuid NOT NULL, "identity_id" uuid NOT NULL);
CREATE TABLE "omnichannel_message" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "seq" bigint NOT NULL CHECK ("seq" >= 0), "revision" bigint NOT NULL CHECK ("revision" >= 0), "direction" varchar(8) NOT NULL, "author_kind" varchar(12) NOT NULL, "is_internal" boolean NOT NULL, "kind" varchar(20) NOT NULL, "text" text NOT NULL, "metadata" jsonb NOT NULL, "reply_to_external_id" varchar(255) NOT NULL, "status" varchar(12) NOT NULL, "error_code" varchar(60) NOT NULL, "error_detail" varchar(500) NOT NULL, "external_id" varchar(255) NULL, "client_id" varchar(64) NULL, "pricing" jsonb NULL, "attempts" smallint NOT NULL CHECK ("attempts" >= 0), "send_after" timestamp with time zone NULL, "claimed_at" timestamp with time zone NULL, "happened_at" timestamp with time zone NOT NULL, "sent_at" timestamp with time zone NULL, "delivered_at" timestamp with time zone NULL, "read_at" timestamp with time zone NULL, "edited_at" timestamp with time zone NULL, "deleted_at" timestamp with time zone NULL, "author_id" uuid NULL, "channel_id" uuid NOT NULL, "company_id" uuid NOT NULL, "conversation_id" uuid NOT NULL, "reply_to_id" uuid NULL);
CREATE TABLE "omnichannel_attachment" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "kind" varchar(20) NOT NULL, "state" varchar(12) NOT NULL, "error" varchar(300) NOT NULL, "file" varchar(255) NOT NULL, "filename" varchar(255) NOT NULL, "mime_type" varchar(100) NOT NULL, "size" bigint NOT NULL CHECK ("size" >= 0), "sha256" varchar(64) NOT NULL, "is_voice" boolean NOT NULL, "provider_media_id" varchar(255) NOT NULL, "provider_uploaded_at" timestamp with time zone NULL, "attempts" smallint NOT NULL CHECK ("attempts" >= 0), "fetch_after" timestamp with time zone NOT NULL, "transcription" text NOT NULL, "company_id" uuid NOT NULL, "uploaded_by_id" uuid NULL, "conversation_id" uuid NOT NULL, "message_id" uuid NULL);
CREATE TABLE "omnichannel_messageversion" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "text" text NOT NULL, "replaced_at" timestamp with time zone NOT NULL, "reason" varchar(12) NOT NULL, "company_id" uuid NOT NULL, "message_id" uuid NOT NULL);
CREATE TABLE "omnichannel_reaction" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "direction" varchar(8) NOT NULL, "emoji" varchar(32) NOT NULL, "happened_at" timestamp with time zone NOT NULL, "company_id" uuid NOT NULL, "message_id" uuid NOT NULL);
CREATE TABLE "omnichannel_statusreceipt" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "external_id" varchar(255) NOT NULL, "token" varchar(255) NOT NULL, "status" varchar(12) NOT NULL, "happened_at" timestamp with time zone NOT NULL, "fault" jsonb NULL, "pricing" jsonb NULL, "settled_at" timestamp with time zone NULL, "channel_id" uuid NOT NULL, "company_id" uuid NOT NULL);
CREATE TABLE "omnichannel_template" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "waba_id" varchar(100) NOT NULL, "external_id" varchar(64) NOT NULL, "name" varchar(512) NOT NULL, "language" varchar(16) NOT NULL, "category" varchar(40) NOT NULL, "status" varchar(24) NOT NULL, "parameter_format" varchar(12) NOT NULL, "components" jsonb NOT NULL, "quality" varchar(20) NOT NULL, "rejected_reason" varchar(300) NOT NULL, "synced_at" timestamp with time zone NULL, "company_id" uuid NOT NULL);
CREATE INDEX "channel_waba" ON "omnichannel_channel" ("waba_id");
ALTER TABLE "omnichannel_channel" ADD CONSTRAINT "channel_account_once" UNIQUE ("kind", "account_id");
CREATE UNIQUE INDEX "channel_one_default" ON "omnichannel_channel" ("company_id", "kind") WHERE "is_default";
ALTER TABLE "omnichannel_channelnotice" ADD CONSTRAINT "notice_once" UNIQUE ("channel_id", "fingerprint");
CREATE INDEX "conversation_all" ON "omnichannel_conversation" ("company_id", "last_message_at" DESC, "id" DESC);
CREATE INDEX "conversation_open_by_person" ON "omnichannel_conversation" ("company_id", "attendant_id", "last_message_at" DESC, "id" DESC) WHERE NOT ("stage" = 'encerrada');
CREATE INDEX "conversation_of_contact" ON "omnichannel_conversation" ("contact_id", "opened_at" DESC);
CREATE INDEX "conversation_of_identity" ON "omnichannel_conversation" ("channel_id", "identity_id", "opened_at" DESC);
CREATE UNIQUE INDEX "conversation_one_open" ON "omnichannel_conversation" ("channel_id", "identity_id") WHERE NOT ("stage" = 'encerrada');
CREATE INDEX "message_thread" ON "omnichannel_message" ("conversation_id", "happened_at" DESC, "seq" DESC);
CREATE INDEX "message_changed" ON "omnichannel_message" ("conversation_id", "revision");
CREATE INDEX "message_unsent" ON "omnichannel_message" ("status", "send_after") WHERE "status" IN ('pendente', 'enviando');
CREATE INDEX "message_search" ON "omnichannel_message" USING gin ((UPPER("text")) gin_trgm_ops);
ALTER TABLE "omnichannel_message" ADD CONSTRAINT "message_external_once" UNIQUE ("channel_id", "external_id");
ALTER TABLE "omnichannel_message" ADD CONSTRAINT "message_client_once" UNIQUE ("conversation_id", "client_id");
ALTER TABLE "omnichannel_message" ADD CONSTRAINT "message_seq_once" UNIQUE ("conversation_id", "seq");
CREATE INDEX "attachment_to_fetch" ON "omnichannel_attachment" ("fetch_after") WHERE "state" = 'pendente';
CREATE INDEX "attachment_of_conversation" ON "omnichannel_attachment" ("conversation_id", "created_at" DESC);
ALTER TABLE "omnichannel_messageversion" ADD CONSTRAINT "version_once" UNIQUE ("message_id", "replaced_at", "reason");
ALTER TABLE "omnichannel_reaction" ADD CONSTRAINT "reaction_once" UNIQUE ("message_id", "direction");
CREATE INDEX "receipt_waiting" ON "omnichannel_statusreceipt" ("created_at") WHERE "settled_at" IS NULL;
ALTER TABLE "omnichannel_statusreceipt" ADD CONSTRAINT "receipt_once" UNIQUE ("channel_id", "external_id", "status");
ALTER TABLE "omnichannel_template" ADD CONSTRAINT "template_once" UNIQUE ("company_id", "waba_id", "name", "language");
ALTER TABLE "omnichannel_channel" ADD CONSTRAINT "omnichannel_channel_company_id_282c8497_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "omnichannel_channel_company_id_282c8497" ON "omnichannel_channel" ("company_id");
ALTER TABLE "omnichannel_channelnotice" ADD CONSTRAINT "omnichannel_channeln_channel_id_84541d29_fk_omnichann" FOREIGN KEY ("channel_id") REFERENCES "omnichannel_channel" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_channelnotice" ADD CONSTRAINT "omnichannel_channeln_company_id_c212c045_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "omnichannel_channelnotice_channel_id_84541d29" ON "omnichannel_channelnotice" ("channel_id");
CREATE INDEX "omnichannel_channelnotice_company_id_c212c045" ON "omnichannel_channelnotice" ("company_id");
ALTER TABLE "omnichannel_conversation" ADD CONSTRAINT "omnichannel_conversa_attendant_id_4924abb2_fk_accounts_" FOREIGN KEY ("attendant_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_conversation" ADD CONSTRAINT "omnichannel_conversa_channel_id_bfb4baf8_fk_omnichann" FOREIGN KEY ("channel_id") REFERENCES "omnichannel_channel" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_conversation" ADD CONSTRAINT "omnichannel_conversa_company_id_5c67a192_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_conversation" ADD CONSTRAINT "omnichannel_conversa_contact_id_baf8e05e_fk_contacts_" FOREIGN KEY ("contact_id") REFERENCES "contacts_contact" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_conversation" ADD CONSTRAINT "omnichannel_conversa_identity_id_d1c47644_fk_contacts_" FOREIGN KEY ("identity_id") REFERENCES "contacts_contactidentity" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "omnichannel_conversation_attendant_id_4924abb2" ON "omnichannel_conversation" ("attendant_id");
CREATE INDEX "omnichannel_conversation_channel_id_bfb4baf8" ON "omnichannel_conversation" ("channel_id");
CREATE INDEX "omnichannel_conversation_company_id_5c67a192" ON "omnichannel_conversation" ("company_id");
CREATE INDEX "omnichannel_conversation_contact_id_baf8e05e" ON "omnichannel_conversation" ("contact_id");
CREATE INDEX "omnichannel_conversation_identity_id_d1c47644" ON "omnichannel_conversation" ("identity_id");
ALTER TABLE "omnichannel_message" ADD CONSTRAINT "omnichannel_message_author_id_d3d793af_fk_accounts_" FOREIGN KEY ("author_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_message" ADD CONSTRAINT "omnichannel_message_channel_id_ee781997_fk_omnichann" FOREIGN KEY ("channel_id") REFERENCES "omnichannel_channel" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_message" ADD CONSTRAINT "omnichannel_message_company_id_f6e9da01_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_message" ADD CONSTRAINT "omnichannel_message_conversation_id_eb0a6b9e_fk_omnichann" FOREIGN KEY ("conversation_id") REFERENCES "omnichannel_conversation" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_message" ADD CONSTRAINT "omnichannel_message_reply_to_id_2f6576e5_fk_omnichann" FOREIGN KEY ("reply_to_id") REFERENCES "omnichannel_message" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "omnichannel_message_author_id_d3d793af" ON "omnichannel_message" ("author_id");
CREATE INDEX "omnichannel_message_channel_id_ee781997" ON "omnichannel_message" ("channel_id");
CREATE INDEX "omnichannel_message_company_id_f6e9da01" ON "omnichannel_message" ("company_id");
CREATE INDEX "omnichannel_message_conversation_id_eb0a6b9e" ON "omnichannel_message" ("conversation_id");
CREATE INDEX "omnichannel_message_reply_to_id_2f6576e5" ON "omnichannel_message" ("reply_to_id");
ALTER TABLE "omnichannel_attachment" ADD CONSTRAINT "omnichannel_attachme_company_id_91373421_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_attachment" ADD CONSTRAINT "omnichannel_attachme_uploaded_by_id_5cb17901_fk_accounts_" FOREIGN KEY ("uploaded_by_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_attachment" ADD CONSTRAINT "omnichannel_attachme_conversation_id_92c5d914_fk_omnichann" FOREIGN KEY ("conversation_id") REFERENCES "omnichannel_conversation" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_attachment" ADD CONSTRAINT "omnichannel_attachme_message_id_04cdbe41_fk_omnichann" FOREIGN KEY ("message_id") REFERENCES "omnichannel_message" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "omnichannel_attachment_company_id_91373421" ON "omnichannel_attachment" ("company_id");
CREATE INDEX "omnichannel_attachment_uploaded_by_id_5cb17901" ON "omnichannel_attachment" ("uploaded_by_id");
CREATE INDEX "omnichannel_attachment_conversation_id_92c5d914" ON "omnichannel_attachment" ("conversation_id");
CREATE INDEX "omnichannel_attachment_message_id_04cdbe41" ON "omnichannel_attachment" ("message_id");
ALTER TABLE "omnichannel_messageversion" ADD CONSTRAINT "omnichannel_messagev_company_id_fa17845b_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_messageversion" ADD CONSTRAINT "omnichannel_messagev_message_id_3e1f377a_fk_omnichann" FOREIGN KEY ("message_id") REFERENCES "omnichannel_message" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "omnichannel_messageversion_company_id_fa17845b" ON "omnichannel_messageversion" ("company_id");
CREATE INDEX "omnichannel_messageversion_message_id_3e1f377a" ON "omnichannel_messageversion" ("message_id");
ALTER TABLE "omnichannel_reaction" ADD CONSTRAINT "omnichannel_reaction_company_id_e83bec82_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_reaction" ADD CONSTRAINT "omnichannel_reaction_message_id_74c072c9_fk_omnichann" FOREIGN KEY ("message_id") REFERENCES "omnichannel_message" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "omnichannel_reaction_company_id_e83bec82" ON "omnichannel_reaction" ("company_id");
CREATE INDEX "omnichannel_reaction_message_id_74c072c9" ON "omnichannel_reaction" ("message_id");
ALTER TABLE "omnichannel_statusreceipt" ADD CONSTRAINT "omnichannel_statusre_channel_id_34939b1c_fk_omnichann" FOREIGN KEY ("channel_id") REFERENCES "omnichannel_channel" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_statusreceipt" ADD CONSTRAINT "omnichannel_statusre_company_id_a3a9896f_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "omnichannel_statusreceipt_channel_id_34939b1c" ON "omnichannel_statusreceipt" ("channel_id");
CREATE INDEX "omnichannel_statusreceipt_company_id_a3a9896f" ON "omnichannel_statusreceipt" ("company_id");
ALTER TABLE "omnichannel_template" ADD CONSTRAINT "omnichannel_template_company_id_75e5fd40_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "omnichannel_template_company_id_75e5fd40" ON "omnichannel_template" ("company_id");
SET CONSTRAINTS "omnichannel_conversa_channel_id_bfb4baf8_fk_omnichann" IMMEDIATE; ALTER TABLE "omnichannel_conversation" DROP CONSTRAINT "omnichannel_conversa_channel_id_bfb4baf8_fk_omnichann";
DROP INDEX IF EXISTS "omnichannel_conversation_channel_id_bfb4baf8";
ALTER TABLE "omnichannel_conversation" ADD CONSTRAINT "omnichannel_conversa_channel_id_bfb4baf8_fk_omnichann" FOREIGN KEY ("channel_id") REFERENCES "omnichannel_channel" ("id") DEFERRABLE INITIALLY DEFERRED;
SET CONSTRAINTS "omnichannel_conversa_company_id_5c67a192_fk_accounts_" IMMEDIATE; ALTER TABLE "omnichannel_conversation" DROP CONSTRAINT "omnichannel_conversa_company_id_5c67a192_fk_accounts_";
DROP INDEX IF EXISTS "omnichannel_conversation_company_id_5c67a192";
ALTER TABLE "omnichannel_conversation" ADD CONSTRAINT "omnichannel_conversa_company_id_5c67a192_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
SET CONSTRAINTS "omnichannel_conversa_contact_id_baf8e05e_fk_contacts_" IMMEDIATE; ALTER TABLE "omnichannel_conversation" DROP CONSTRAINT "omnichannel_conversa_contact_id_baf8e05e_fk_contacts_";
DROP INDEX IF EXISTS "omnichannel_conversation_contact_id_baf8e05e";
ALTER TABLE "omnichannel_conversation" ADD CONSTRAINT "omnichannel_conversa_contact_id_baf8e05e_fk_contacts_" FOREIGN KEY ("contact_id") REFERENCES "contacts_contact" ("id") DEFERRABLE INITIALLY DEFERRED;
SET CONSTRAINTS "omnichannel_message_channel_id_ee781997_fk_omnichann" IMMEDIATE; ALTER TABLE "omnichannel_message" DROP CONSTRAINT "omnichannel_message_channel_id_ee781997_fk_omnichann";
DROP INDEX IF EXISTS "omnichannel_message_channel_id_ee781997";
ALTER TABLE "omnichannel_message" ADD CONSTRAINT "omnichannel_message_channel_id_ee781997_fk_omnichann" FOREIGN KEY ("channel_id") REFERENCES "omnichannel_channel" ("id") DEFERRABLE INITIALLY DEFERRED;
SET CONSTRAINTS "omnichannel_message_company_id_f6e9da01_fk_accounts_company_id" IMMEDIATE; ALTER TABLE "omnichannel_message" DROP CONSTRAINT "omnichannel_message_company_id_f6e9da01_fk_accounts_company_id";
DROP INDEX IF EXISTS "omnichannel_message_company_id_f6e9da01";
ALTER TABLE "omnichannel_message" ADD CONSTRAINT "omnichannel_message_company_id_f6e9da01_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
SET CONSTRAINTS "omnichannel_message_conversation_id_eb0a6b9e_fk_omnichann" IMMEDIATE; ALTER TABLE "omnichannel_message" DROP CONSTRAINT "omnichannel_message_conversation_id_eb0a6b9e_fk_omnichann";
DROP INDEX IF EXISTS "omnichannel_message_conversation_id_eb0a6b9e";
ALTER TABLE "omnichannel_message" ADD CONSTRAINT "omnichannel_message_conversation_id_eb0a6b9e_fk_omnichann" FOREIGN KEY ("conversation_id") REFERENCES "omnichannel_conversation" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_conversation" ADD COLUMN "reopen_until" timestamp with time zone NULL;
ALTER TABLE "omnichannel_channel" ADD COLUMN "currency" varchar(3) DEFAULT 'USD' NOT NULL;
ALTER TABLE "omnichannel_channel" ADD COLUMN "monthly_budget" numeric(12, 2) NULL;
ALTER TABLE "omnichannel_channel" ADD COLUMN "time_zone" varchar(64) DEFAULT '' NOT NULL;
ALTER TABLE "omnichannel_template" ADD COLUMN "coming_category" varchar(40) DEFAULT '' NOT NULL;
ALTER TABLE "omnichannel_template" ADD COLUMN "heard_at" jsonb DEFAULT '{}'::jsonb NOT NULL;
ALTER TABLE "omnichannel_template" ADD COLUMN "submitted_at" timestamp with time zone NULL;
CREATE TABLE "omnichannel_messagecost" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "month" date NOT NULL, "market" varchar(2) NOT NULL, "category" varchar(32) NOT NULL, "pricing_type" varchar(40) NOT NULL, "currency" varchar(3) NOT NULL, "price" numeric(12, 6) NULL, "delivered_at" timestamp with time zone NOT NULL, "channel_id" uuid NOT NULL, "company_id" uuid NOT NULL);
CREATE TABLE "omnichannel_rate" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "market" varchar(2) NOT NULL, "category" varchar(32) NOT NULL, "currency" varchar(3) NOT NULL, "valid_from" date NOT NULL, "tier_from" integer NOT NULL CHECK ("tier_from" >= 0), "price" numeric(12, 6) NOT NULL, "is_confirmed" boolean NOT NULL, "source" varchar(200) NOT NULL, "company_id" uuid NOT NULL, CONSTRAINT "rate_once" UNIQUE ("company_id", "currency", "category", "market", "tier_from", "valid_from"), CONSTRAINT "rate_not_negative" CHECK ("price" >= 0));
ALTER TABLE "omnichannel_messagecost" ADD CONSTRAINT "omnichannel_messagec_channel_id_b0cf1dfe_fk_omnichann" FOREIGN KEY ("channel_id") REFERENCES "omnichannel_channel" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_messagecost" ADD CONSTRAINT "omnichannel_messagec_company_id_3a41fb22_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "cost_of_month" ON "omnichannel_messagecost" ("channel_id", "month", "category") INCLUDE ("market", "pricing_type", "currency", "price");
ALTER TABLE "omnichannel_rate" ADD CONSTRAINT "omnichannel_rate_company_id_59b84a07_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "omnichannel_rate_company_id_59b84a07" ON "omnichannel_rate" ("company_id");
CREATE TABLE "contacts_consentchain" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "seq" bigint NOT NULL CHECK ("seq" >= 0), "hash" varchar(64) NOT NULL);
CREATE TABLE "contacts_consentstate" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "purpose" varchar(30) NOT NULL, "channel" varchar(20) NOT NULL, "is_granted" boolean NOT NULL, "since" timestamp with time zone NOT NULL);
ALTER TABLE "contacts_consent" ADD COLUMN "author_id" uuid NULL CONSTRAINT "contacts_consent_author_id_3e3937c7_fk_accounts_membership_id" REFERENCES "accounts_membership"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "contacts_consent_author_id_3e3937c7_fk_accounts_membership_id" IMMEDIATE;
ALTER TABLE "contacts_consent" ADD COLUMN "channel" varchar(20) DEFAULT '' NOT NULL;
ALTER TABLE "contacts_consent" ALTER COLUMN "channel" DROP DEFAULT;
ALTER TABLE "contacts_consent" ADD COLUMN "hash" varchar(64) DEFAULT '' NOT NULL;
ALTER TABLE "contacts_consent" ALTER COLUMN "hash" DROP DEFAULT;
ALTER TABLE "contacts_consent" ADD COLUMN "legal_basis" varchar(30) DEFAULT 'consentimento' NOT NULL;
ALTER TABLE "contacts_consent" ALTER COLUMN "legal_basis" DROP DEFAULT;
ALTER TABLE "contacts_consent" ADD COLUMN "seq" bigint NULL CHECK ("seq" >= 0);
ALTER TABLE "contacts_consent" ADD COLUMN "text_version" varchar(60) DEFAULT '' NOT NULL;
ALTER TABLE "contacts_consent" ALTER COLUMN "text_version" DROP DEFAULT;
ALTER TABLE "contacts_consentchain" ADD COLUMN "company_id" uuid NOT NULL CONSTRAINT "contacts_consentchai_company_id_d46bfcb8_fk_accounts_" REFERENCES "accounts_company"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "contacts_consentchai_company_id_d46bfcb8_fk_accounts_" IMMEDIATE;
ALTER TABLE "contacts_consentstate" ADD COLUMN "company_id" uuid NOT NULL CONSTRAINT "contacts_consentstat_company_id_e439af7b_fk_accounts_" REFERENCES "accounts_company"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "contacts_consentstat_company_id_e439af7b_fk_accounts_" IMMEDIATE;
ALTER TABLE "contacts_consentstate" ADD COLUMN "contact_id" uuid NOT NULL CONSTRAINT "contacts_consentstat_contact_id_36283649_fk_contacts_" REFERENCES "contacts_contact"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "contacts_consentstat_contact_id_36283649_fk_contacts_" IMMEDIATE;
ALTER TABLE "contacts_consentchain" ADD CONSTRAINT "consent_chain_once" UNIQUE ("company_id");
CREATE INDEX "consent_state_who" ON "contacts_consentstate" ("company_id", "purpose", "is_granted", "contact_id");
ALTER TABLE "contacts_consentstate" ADD CONSTRAINT "consent_state_once" UNIQUE ("contact_id", "purpose", "channel");
CREATE INDEX "contacts_consent_author_id_3e3937c7" ON "contacts_consent" ("author_id");
CREATE INDEX "contacts_consentchain_company_id_d46bfcb8" ON "contacts_consentchain" ("company_id");
CREATE INDEX "contacts_consentstate_company_id_e439af7b" ON "contacts_consentstate" ("company_id");
CREATE INDEX "contacts_consentstate_contact_id_36283649" ON "contacts_consentstate" ("contact_id");
CREATE UNIQUE INDEX IF NOT EXISTS consent_chain_place ON contacts_consent (company_id, seq);
ALTER TABLE contacts_consent ADD CONSTRAINT consent_chain_place UNIQUE USING INDEX consent_chain_place;
ALTER TABLE "contacts_consent" ALTER COLUMN "seq" SET NOT NULL;
CREATE FUNCTION contacts_consent_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'contacts_consent is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER consent_append_only BEFORE UPDATE OR DELETE ON contacts_consent
    FOR EACH ROW EXECUTE FUNCTION contacts_consent_is_append_only();
ALTER TABLE contacts_consent ENABLE ALWAYS TRIGGER consent_append_only;
REVOKE UPDATE, DELETE ON contacts_consent FROM PUBLIC, CURRENT_USER;
CREATE TABLE "contacts_contactmerge" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "moved" jsonb NOT NULL, "before" jsonb NOT NULL, "after" jsonb NOT NULL, "undone_at" timestamp with time zone NULL);
CREATE TABLE "contacts_duplicatepair" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "reason" varchar(20) NOT NULL, "status" varchar(20) NOT NULL);
ALTER TABLE "contacts_contact" ADD COLUMN "merged_into_id" uuid NULL CONSTRAINT "contacts_contact_merged_into_id_940ac4a0_fk_contacts_contact_id" REFERENCES "contacts_contact"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "contacts_contact_merged_into_id_940ac4a0_fk_contacts_contact_id" IMMEDIATE;
ALTER TABLE "contacts_contactmerge" ADD COLUMN "actor_id" uuid NULL CONSTRAINT "contacts_contactmerg_actor_id_cb233959_fk_accounts_" REFERENCES "accounts_membership"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "contacts_contactmerg_actor_id_cb233959_fk_accounts_" IMMEDIATE;
ALTER TABLE "contacts_contactmerge" ADD COLUMN "company_id" uuid NOT NULL CONSTRAINT "contacts_contactmerg_company_id_ec06d49f_fk_accounts_" REFERENCES "accounts_company"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "contacts_contactmerg_company_id_ec06d49f_fk_accounts_" IMMEDIATE;
ALTER TABLE "contacts_contactmerge" ADD COLUMN "gone_id" uuid NOT NULL CONSTRAINT "contacts_contactmerge_gone_id_98b14391_fk_contacts_contact_id" REFERENCES "contacts_contact"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "contacts_contactmerge_gone_id_98b14391_fk_contacts_contact_id" IMMEDIATE;
ALTER TABLE "contacts_contactmerge" ADD COLUMN "kept_id" uuid NOT NULL CONSTRAINT "contacts_contactmerge_kept_id_395194eb_fk_contacts_contact_id" REFERENCES "contacts_contact"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "contacts_contactmerge_kept_id_395194eb_fk_contacts_contact_id" IMMEDIATE;
ALTER TABLE "contacts_duplicatepair" ADD COLUMN "company_id" uuid NOT NULL CONSTRAINT "contacts_duplicatepa_company_id_918fce49_fk_accounts_" REFERENCES "accounts_company"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "contacts_duplicatepa_company_id_918fce49_fk_accounts_" IMMEDIATE;
ALTER TABLE "contacts_duplicatepair" ADD COLUMN "first_id" uuid NOT NULL CONSTRAINT "contacts_duplicatepair_first_id_b6063970_fk_contacts_contact_id" REFERENCES "contacts_contact"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "contacts_duplicatepair_first_id_b6063970_fk_contacts_contact_id" IMMEDIATE;
ALTER TABLE "contacts_duplicatepair" ADD COLUMN "second_id" uuid NOT NULL CONSTRAINT "contacts_duplicatepa_second_id_07a085a7_fk_contacts_" REFERENCES "contacts_contact"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "contacts_duplicatepa_second_id_07a085a7_fk_contacts_" IMMEDIATE;
CREATE UNIQUE INDEX "contact_merge_one_standing" ON "contacts_contactmerge" ("gone_id") WHERE "undone_at" IS NULL;
CREATE INDEX "duplicate_pair_open" ON "contacts_duplicatepair" ("company_id", "id" DESC) WHERE "status" = 'aberto';
ALTER TABLE "contacts_duplicatepair" ADD CONSTRAINT "duplicate_pair_once" UNIQUE ("first_id", "second_id");
ALTER TABLE "contacts_duplicatepair" ADD CONSTRAINT "duplicate_pair_ordered" CHECK ("first_id" < ("second_id"));
CREATE INDEX "contacts_contactmerge_actor_id_cb233959" ON "contacts_contactmerge" ("actor_id");
CREATE INDEX "contacts_contactmerge_company_id_ec06d49f" ON "contacts_contactmerge" ("company_id");
CREATE INDEX "contacts_contactmerge_gone_id_98b14391" ON "contacts_contactmerge" ("gone_id");
CREATE INDEX "contacts_contactmerge_kept_id_395194eb" ON "contacts_contactmerge" ("kept_id");
CREATE INDEX "contacts_duplicatepair_company_id_918fce49" ON "contacts_duplicatepair" ("company_id");
CREATE INDEX "contacts_duplicatepair_first_id_b6063970" ON "contacts_duplicatepair" ("first_id");
CREATE INDEX "contacts_duplicatepair_second_id_07a085a7" ON "contacts_duplicatepair" ("second_id");
CREATE INDEX "contact_merged" ON "contacts_contact" ("merged_into_id") WHERE "merged_into_id" IS NOT NULL;
CREATE TABLE "contacts_segment" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "name" varchar(80) NOT NULL, "description" varchar(255) NOT NULL, "match" varchar(10) NOT NULL, "company_id" uuid NOT NULL);
CREATE TABLE "contacts_segmentcondition" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "field" varchar(60) NOT NULL, "operator" varchar(20) NOT NULL, "value" varchar(255) NOT NULL, "company_id" uuid NOT NULL, "segment_id" uuid NOT NULL);
CREATE UNIQUE INDEX "segment_name_once" ON "contacts_segment" ("company_id", (UPPER("name")));
ALTER TABLE "contacts_segment" ADD CONSTRAINT "contacts_segment_company_id_e39d3b85_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "contacts_segment_company_id_e39d3b85" ON "contacts_segment" ("company_id");
ALTER TABLE "contacts_segmentcondition" ADD CONSTRAINT "contacts_segmentcond_company_id_b329a926_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "contacts_segmentcondition" ADD CONSTRAINT "contacts_segmentcond_segment_id_13d3b158_fk_contacts_" FOREIGN KEY ("segment_id") REFERENCES "contacts_segment" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "contacts_segmentcondition_company_id_b329a926" ON "contacts_segmentcondition" ("company_id");
CREATE INDEX "contacts_segmentcondition_segment_id_13d3b158" ON "contacts_segmentcondition" ("segment_id");
CREATE TABLE "contacts_importjob" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "status" varchar(20) NOT NULL, "filename" varchar(255) NOT NULL, "kind" varchar(10) NOT NULL, "size" bigint NOT NULL CHECK ("size" >= 0), "sha256" varchar(64) NOT NULL, "fingerprint" varchar(64) NOT NULL, "file" varchar(255) NOT NULL, "rows_file" varchar(255) NOT NULL, "encoding" varchar(20) NOT NULL, "delimiter" varchar(1) NOT NULL, "has_header" boolean NOT NULL, "headers" jsonb NOT NULL, "mapping" jsonb NOT NULL, "existing" varchar(12) NOT NULL, "legal_basis" varchar(30) NOT NULL, "proof" varchar(150) NOT NULL, "total" integer NULL CHECK ("total" >= 0), "line" integer NOT NULL CHECK ("line" >= 0), "offset" bigint NOT NULL CHECK ("offset" >= 0), "created_count" integer NOT NULL CHECK ("created_count" >= 0), "updated_count" integer NOT NULL CHECK ("updated_count" >= 0), "unchanged_count" integer NOT NULL CHECK ("unchanged_count" >= 0), "refused_count" integer NOT NULL CHECK ("refused_count" >= 0), "claim" uuid NULL, "claimed_at" timestamp with time zone NULL, "attempts" smallint NOT NULL CHECK ("attempts" >= 0), "error" varchar(40) NOT NULL, "started_at" timestamp with time zone NULL, "ended_at" timestamp with time zone NULL, "author_id" uuid NULL, "company_id" uuid NOT NULL);
CREATE TABLE "contacts_importrefusal" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "line" integer NOT NULL CHECK ("line" >= 0), "column" varchar(100) NOT NULL, "code" varchar(30) NOT NULL, "is_row_in" boolean NOT NULL, "company_id" uuid NOT NULL, "job_id" uuid NOT NULL);
CREATE INDEX "import_unfinished" ON "contacts_importjob" ("claimed_at") WHERE "status" IN ('aguardando', 'em_andamento');
CREATE INDEX "import_same_file" ON "contacts_importjob" ("company_id", "sha256");
CREATE UNIQUE INDEX "import_once" ON "contacts_importjob" ("company_id", "fingerprint") WHERE "status" IN ('aguardando', 'em_andamento', 'concluida');
ALTER TABLE "contacts_importrefusal" ADD CONSTRAINT "import_refusal_once" UNIQUE ("job_id", "line", "column", "code");
ALTER TABLE "contacts_importjob" ADD CONSTRAINT "contacts_importjob_author_id_4097d55e_fk_accounts_membership_id" FOREIGN KEY ("author_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "contacts_importjob" ADD CONSTRAINT "contacts_importjob_company_id_98e835d3_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "contacts_importjob_author_id_4097d55e" ON "contacts_importjob" ("author_id");
CREATE INDEX "contacts_importjob_company_id_98e835d3" ON "contacts_importjob" ("company_id");
ALTER TABLE "contacts_importrefusal" ADD CONSTRAINT "contacts_importrefus_company_id_672fa4d6_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "contacts_importrefusal" ADD CONSTRAINT "contacts_importrefusal_job_id_9f9113dc_fk_contacts_importjob_id" FOREIGN KEY ("job_id") REFERENCES "contacts_importjob" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "contacts_importrefusal_company_id_672fa4d6" ON "contacts_importrefusal" ("company_id");
CREATE INDEX "contacts_importrefusal_job_id_9f9113dc" ON "contacts_importrefusal" ("job_id");
CREATE INDEX "contact_email" ON "contacts_contact" ("company_id", (UPPER("email"))) WHERE NOT ("email" = '');
CREATE TABLE "contacts_legalhold" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "reason" varchar(255) NOT NULL, "until" date NULL, "company_id" uuid NOT NULL, "contact_id" uuid NOT NULL);
CREATE TABLE "contacts_contactview" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "place" varchar(20) NOT NULL, "contacts" uuid[] NOT NULL, "company_id" uuid NOT NULL, "membership_id" uuid NOT NULL);
CREATE TABLE "contacts_datarequest" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "kind" varchar(20) NOT NULL, "status" varchar(20) NOT NULL, "received_at" timestamp with time zone NOT NULL, "answered_at" timestamp with time zone NULL, "notes" text NOT NULL, "company_id" uuid NOT NULL, "contact_id" uuid NOT NULL);
CREATE TABLE "contacts_retentionrule" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "data_class" varchar(20) NOT NULL, "days" integer NOT NULL CHECK ("days" >= 0), "company_id" uuid NOT NULL, CONSTRAINT "retention_rule_once" UNIQUE ("company_id", "data_class"), CONSTRAINT "retention_rule_days" CHECK ("days" >= 1));
CREATE FUNCTION contacts_contactview_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'contacts_contactview is never changed' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER contact_view_never_changed BEFORE UPDATE ON contacts_contactview
    FOR EACH ROW EXECUTE FUNCTION contacts_contactview_is_never_changed();
ALTER TABLE contacts_contactview ENABLE ALWAYS TRIGGER contact_view_never_changed;
ALTER TABLE "contacts_legalhold" ADD CONSTRAINT "contacts_legalhold_company_id_ad9e1fa9_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "contacts_legalhold" ADD CONSTRAINT "contacts_legalhold_contact_id_724f961a_fk_contacts_contact_id" FOREIGN KEY ("contact_id") REFERENCES "contacts_contact" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "contacts_legalhold_company_id_ad9e1fa9" ON "contacts_legalhold" ("company_id");
CREATE INDEX "contacts_legalhold_contact_id_724f961a" ON "contacts_legalhold" ("contact_id");
ALTER TABLE "contacts_contactview" ADD CONSTRAINT "contacts_contactview_company_id_da1c0221_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "contacts_contactview" ADD CONSTRAINT "contacts_contactview_membership_id_623d2c9e_fk_accounts_" FOREIGN KEY ("membership_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "contacts_contactview_company_id_da1c0221" ON "contacts_contactview" ("company_id");
CREATE INDEX "contact_view_whom" ON "contacts_contactview" USING gin ("contacts");
CREATE INDEX "contact_view_recent" ON "contacts_contactview" ("company_id", "id" DESC);
CREATE INDEX "contact_view_who" ON "contacts_contactview" ("membership_id", "id" DESC);
ALTER TABLE "contacts_datarequest" ADD CONSTRAINT "contacts_datarequest_company_id_32f27dd1_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "contacts_datarequest" ADD CONSTRAINT "contacts_datarequest_contact_id_e0dfe039_fk_contacts_contact_id" FOREIGN KEY ("contact_id") REFERENCES "contacts_contact" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "contacts_datarequest_company_id_32f27dd1" ON "contacts_datarequest" ("company_id");
CREATE INDEX "contacts_datarequest_contact_id_e0dfe039" ON "contacts_datarequest" ("contact_id");
CREATE INDEX "data_request_open" ON "contacts_datarequest" ("company_id", "received_at") WHERE "status" = 'aberto';
ALTER TABLE "contacts_retentionrule" ADD CONSTRAINT "contacts_retentionru_company_id_e4be2f79_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "contacts_retentionrule_company_id_e4be2f79" ON "contacts_retentionrule" ("company_id");
ALTER TABLE "contacts_contact" ADD COLUMN "guardian_id" uuid NULL CONSTRAINT "contacts_contact_guardian_id_1e8cde1c_fk_contacts_contact_id" REFERENCES "contacts_contact"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "contacts_contact_guardian_id_1e8cde1c_fk_contacts_contact_id" IMMEDIATE;
ALTER TABLE "contacts_contact" ADD COLUMN "relation" varchar(12) DEFAULT '' NOT NULL;
ALTER TABLE "omnichannel_conversation" ADD COLUMN "about_id" uuid NULL CONSTRAINT "omnichannel_conversa_about_id_cd600d5d_fk_contacts_" REFERENCES "contacts_contact"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "omnichannel_conversa_about_id_cd600d5d_fk_contacts_" IMMEDIATE;
CREATE INDEX "conversation_about" ON "omnichannel_conversation" ("about_id", "opened_at" DESC) WHERE "about_id" IS NOT NULL;
CREATE INDEX "contact_guardian" ON "contacts_contact" ("guardian_id") WHERE "guardian_id" IS NOT NULL;
ALTER TABLE "contacts_contact" ADD CONSTRAINT "contact_not_own_guardian" CHECK (NOT ("guardian_id" = ("id") AND "guardian_id" IS NOT NULL)) NOT VALID;
ALTER TABLE "contacts_contact" VALIDATE CONSTRAINT "contact_not_own_guardian";
CREATE OR REPLACE FUNCTION central_fold(written text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 400 AS $fold$
DECLARE
    plain text := regexp_replace(written, E'[''\u2018\u2019\u02bc\u2032\u00b4`]', '', 'g');
BEGIN
    -- Most texts that hold other letters hold only accents, and most hold neither.
    IF octet_length(plain) <> length(plain) THEN
        plain := regexp_replace(
            normalize(plain, NFKD),
            E'[''\u2018\u2019\u02bc\u2032\u00b4`\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e'
            '\u2060-\u2064\ufe00-\ufe0f\ufeff]',
            '', 'g'
        );
        IF octet_length(plain) <> length(plain) THEN
            plain := translate(plain, 'øØłŁđĐı', 'oOlLdDi');
            plain := replace(replace(plain, 'ß', 'ss'), 'ẞ', 'ss');
            plain := replace(replace(plain, 'æ', 'ae'), 'Æ', 'ae');
            plain := replace(replace(plain, 'œ', 'oe'), 'Œ', 'oe');
        END IF;
    END IF;
    RETURN ' ' || btrim(lower(regexp_replace(
        plain,
        E'[\u0001-/:-@\\[-\\^_{-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf'
        '\u2000-\u206f\u3000-\u303f]+',
        ' ', 'g'
    )));
END
$fold$;
CREATE INDEX "contact_words" ON "contacts_contact" USING gin ((central_fold(("name" || ' ' || "email"))) gin_trgm_ops, "phone" gin_trgm_ops);
CREATE INDEX "identity_username" ON "contacts_contactidentity" USING gin ((central_fold("username")) gin_trgm_ops) WHERE NOT ("username" = '');
DROP INDEX IF EXISTS "contact_search";
CREATE OR REPLACE FUNCTION central_said(said text, data jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100 AS $said$
BEGIN
    IF NOT data ?| ARRAY['interactive', 'location', 'contacts', 'order', 'referral'] THEN
        RETURN said;
    END IF;
    RETURN said || ' ' || coalesce((
        SELECT string_agg(part #>> '{}', ' ') FROM (
            SELECT jsonb_path_query(
                data['interactive'] #- '{response,flow_token}' #- '{id}' #- '{type}',
                'strict $.** ? (@.type() == "string" || @.type() == "number")', '{}', true
            )
            UNION ALL
            SELECT jsonb_path_query(
                jsonb_build_array(
                    data['location']['name'], data['location']['address'], data['contacts'],
                    data['order'], data['referral']['headline'], data['referral']['body']
                ),
                'strict $.** ? (@.type() == "string")', '{}', true
            )
        ) parts(part)
    ), '');
END
$said$;
CREATE INDEX "message_words" ON "omnichannel_message" USING gin ((central_fold(central_said("text", "metadata"))) gin_trgm_ops);
CREATE INDEX "attachment_words" ON "omnichannel_attachment" USING gin ((central_fold("filename")) gin_trgm_ops) WHERE NOT ("filename" = '');
DROP INDEX IF EXISTS "message_search";
ALTER TABLE "omnichannel_channel" ADD COLUMN "proven_at" timestamp with time zone NULL;
ALTER TABLE "omnichannel_channel" ADD COLUMN "is_waba_proven" boolean DEFAULT false NOT NULL;
ALTER TABLE "omnichannel_channel" ADD COLUMN "doubted_at" timestamp with time zone NULL;
UPDATE omnichannel_channel c SET proven_at = c.checked_at
WHERE c.proven_at IS NULL AND c.status <> 'configurando' AND c.checked_at IS NOT NULL
    AND coalesce(c.health ->> 'phone_number', '') <> ''
    AND NOT EXISTS (
        SELECT FROM accounts_auditentry a
        WHERE a.object_type = 'omnichannel.channel' AND a.object_id = c.id::text
            AND a.action = 'canal.salvo' AND a.detail -> 'campos' ? 'account_id'
            AND a.created_at > c.created_at + interval '1 minute'
            AND NOT EXISTS (
                SELECT FROM accounts_auditentry v
                WHERE v.object_type = a.object_type AND v.object_id = a.object_id
                    AND v.action = 'canal.validado' AND v.created_at > a.created_at
            )
    );
UPDATE omnichannel_channel c SET is_waba_proven = true
WHERE c.proven_at IS NOT NULL AND c.waba_id <> '' AND EXISTS (
    SELECT FROM omnichannel_template t
    WHERE t.company_id = c.company_id AND t.waba_id = c.waba_id AND t.synced_at IS NOT NULL
);
UPDATE omnichannel_channel SET status = 'configurando'
WHERE status = 'ativo' AND proven_at IS NULL;
DELETE FROM omnichannel_channelnotice n USING omnichannel_channel c
WHERE c.id = n.channel_id AND NOT c.is_waba_proven;
CREATE UNIQUE INDEX IF NOT EXISTS channel_proven_once ON omnichannel_channel (kind, account_id) WHERE proven_at IS NOT NULL;
CREATE UNIQUE INDEX IF NOT EXISTS channel_claimed_once ON omnichannel_channel (company_id, kind, account_id);
ALTER TABLE omnichannel_channel ADD CONSTRAINT channel_claimed_once UNIQUE USING INDEX channel_claimed_once;
ALTER TABLE "omnichannel_channel" ADD CONSTRAINT "channel_active_proven" CHECK ((NOT ("status" = 'ativo') OR "proven_at" IS NOT NULL)) NOT VALID;
ALTER TABLE "omnichannel_channel" VALIDATE CONSTRAINT "channel_active_proven";
ALTER TABLE "omnichannel_channel" ADD CONSTRAINT "channel_waba_proven" CHECK ((NOT "is_waba_proven" OR "proven_at" IS NOT NULL)) NOT VALID;
ALTER TABLE "omnichannel_channel" VALIDATE CONSTRAINT "channel_waba_proven";
ALTER TABLE "omnichannel_channel" DROP CONSTRAINT "channel_account_once";
ALTER TABLE "omnichannel_conversation" ADD COLUMN "address" jsonb NULL;
ALTER TABLE "omnichannel_message" ADD COLUMN "address" jsonb NULL;
ALTER TABLE "omnichannel_conversation" ADD COLUMN "moved_at" timestamp with time zone NULL;
CREATE INDEX "conversation_by_person" ON "omnichannel_conversation" ("company_id", "attendant_id", (GREATEST("last_message_at", "moved_at")) DESC, "id" DESC) WHERE (NOT ("stage" = 'encerrada') AND "attendant_id" IS NOT NULL);
CREATE INDEX "conversation_free" ON "omnichannel_conversation" ("company_id", (GREATEST("last_message_at", "moved_at")) DESC, "id" DESC) WHERE (NOT ("stage" = 'encerrada') AND "attendant_id" IS NULL);
CREATE INDEX "conversation_waiting" ON "omnichannel_conversation" ("company_id", "waiting_since", "id") WHERE (NOT ("stage" = 'encerrada') AND "waiting_since" IS NOT NULL);
DROP INDEX IF EXISTS "conversation_open_by_person";
CREATE TABLE "omnichannel_earlychange" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "target" varchar(255) NOT NULL, "kind" varchar(12) NOT NULL, "direction" varchar(8) NOT NULL, "emoji" varchar(64) NOT NULL, "sender" jsonb NOT NULL, "happened_at" timestamp with time zone NOT NULL);
ALTER TABLE "omnichannel_earlychange" ADD COLUMN "channel_id" uuid NOT NULL CONSTRAINT "omnichannel_earlycha_channel_id_44fa19c4_fk_omnichann" REFERENCES "omnichannel_channel"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "omnichannel_earlycha_channel_id_44fa19c4_fk_omnichann" IMMEDIATE;
ALTER TABLE "omnichannel_earlychange" ADD COLUMN "company_id" uuid NOT NULL CONSTRAINT "omnichannel_earlycha_company_id_6aa55670_fk_accounts_" REFERENCES "accounts_company"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "omnichannel_earlycha_company_id_6aa55670_fk_accounts_" IMMEDIATE;
CREATE INDEX "early_change_age" ON "omnichannel_earlychange" ("created_at");
ALTER TABLE "omnichannel_earlychange" ADD CONSTRAINT "early_change_once" UNIQUE ("channel_id", "target", "kind", "direction");
CREATE INDEX "omnichannel_earlychange_channel_id_44fa19c4" ON "omnichannel_earlychange" ("channel_id");
CREATE INDEX "omnichannel_earlychange_company_id_6aa55670" ON "omnichannel_earlychange" ("company_id");
CREATE INDEX "message_quote_waiting" ON "omnichannel_message" ("channel_id", "reply_to_external_id") WHERE ("reply_to_id" IS NULL AND NOT ("reply_to_external_id" = ''));
CREATE INDEX "attachment_unsent" ON "omnichannel_attachment" ("uploaded_by_id", "created_at") WHERE "message_id" IS NULL;
ALTER INDEX message_words ALTER COLUMN 1 SET STATISTICS 500;
ALTER INDEX contact_words ALTER COLUMN 1 SET STATISTICS 500;
ANALYZE omnichannel_message;
ANALYZE omnichannel_attachment;
ANALYZE contacts_contact;
ANALYZE contacts_contactidentity;
CREATE OR REPLACE FUNCTION central_said(said text, data jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100 AS $said$
DECLARE
    tapped jsonb := data['interactive'];
BEGIN
    IF NOT data ?| ARRAY['interactive', 'location', 'contacts', 'order', 'referral'] THEN
        RETURN said;
    END IF;
    IF jsonb_typeof(tapped) = 'object' THEN
        tapped := tapped - 'id' - 'type';
        IF jsonb_typeof(tapped['response']) = 'object' THEN
            tapped := tapped #- '{response,flow_token}';
        END IF;
    END IF;
    RETURN said || ' ' || coalesce((
        SELECT string_agg(part #>> '{}', ' ') FROM (
            SELECT jsonb_path_query(
                tapped, 'strict $.** ? (@.type() == "string" || @.type() == "number")', '{}', true
            )
            UNION ALL
            SELECT jsonb_path_query(
                jsonb_build_array(
                    data['location']['name'], data['location']['address'], data['contacts'],
                    data['order'], data['referral']['headline'], data['referral']['body']
                ),
                'strict $.** ? (@.type() == "string")', '{}', true
            )
        ) parts(part)
    ), '');
END
$said$;
ALTER TABLE "omnichannel_channel" ADD COLUMN "door_key" varchar(22) NULL;
ALTER TABLE "omnichannel_channel" ADD COLUMN "settings" jsonb DEFAULT '{}'::jsonb NOT NULL;
ALTER TABLE "omnichannel_channel" ADD CONSTRAINT "channel_door_key" UNIQUE ("door_key");
ALTER TABLE "omnichannel_conversation" ADD COLUMN "thread_key" varchar(255) DEFAULT '' NOT NULL;
DROP INDEX IF EXISTS conversation_one_open_thread;
CREATE UNIQUE INDEX conversation_one_open_thread ON omnichannel_conversation (channel_id, identity_id, thread_key) WHERE NOT (stage = 'encerrada');
DROP INDEX IF EXISTS conversation_one_open;
ALTER INDEX conversation_one_open_thread RENAME TO conversation_one_open;
ALTER TABLE "contacts_contactidentity" ADD COLUMN "came_with" jsonb NULL;
ALTER TABLE "contacts_importjob" ADD COLUMN "heading_line" integer DEFAULT 0 NOT NULL CHECK ("heading_line" >= 0);
ALTER TABLE "contacts_importjob" ADD COLUMN "wish" jsonb NULL;
CREATE INDEX "import_to_do" ON "contacts_importjob" ("claimed_at") WHERE "status" IN ('lendo', 'aguardando', 'em_andamento');
DROP INDEX IF EXISTS "import_unfinished";
CREATE TABLE "contacts_refusalkey" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "secret" text NOT NULL, "company_id" uuid NOT NULL, CONSTRAINT "refusal_key_once" UNIQUE ("company_id"));
CREATE TABLE "contacts_rememberedrefusal" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "digest" varchar(64) NOT NULL, "since" timestamp with time zone NOT NULL, "company_id" uuid NOT NULL, CONSTRAINT "refusal_once" UNIQUE ("company_id", "digest"));
ALTER TABLE "contacts_refusalkey" ADD CONSTRAINT "contacts_refusalkey_company_id_3f130f8f_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "contacts_refusalkey_company_id_3f130f8f" ON "contacts_refusalkey" ("company_id");
ALTER TABLE "contacts_rememberedrefusal" ADD CONSTRAINT "contacts_rememberedr_company_id_e8714641_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "contacts_rememberedrefusal_company_id_e8714641" ON "contacts_rememberedrefusal" ("company_id");
ALTER TABLE contacts_consentchain ADD COLUMN sealed_end text NOT NULL DEFAULT '';
ALTER TABLE contacts_consentchain ALTER COLUMN sealed_end DROP DEFAULT;
CREATE FUNCTION contacts_consent_is_never_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'contacts_consent is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER consent_never_emptied BEFORE TRUNCATE ON contacts_consent
    FOR EACH STATEMENT EXECUTE FUNCTION contacts_consent_is_never_emptied();
ALTER TABLE contacts_consent ENABLE ALWAYS TRIGGER consent_never_emptied;
CREATE TABLE "omnichannel_sendingstop" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "market" varchar(2) NULL, "code" varchar(60) NOT NULL, "until" timestamp with time zone NOT NULL, "channel_id" uuid NOT NULL, "company_id" uuid NOT NULL, "contact_id" uuid NULL, CONSTRAINT "stop_person_once" UNIQUE ("channel_id", "contact_id"), CONSTRAINT "stop_country_once" UNIQUE ("channel_id", "market"), CONSTRAINT "stop_of_one_thing" CHECK ((("contact_id" IS NULL AND "market" IS NOT NULL) OR ("contact_id" IS NOT NULL AND "market" IS NULL))));
ALTER TABLE "omnichannel_sendingstop" ADD CONSTRAINT "omnichannel_sendings_channel_id_59cc3e2a_fk_omnichann" FOREIGN KEY ("channel_id") REFERENCES "omnichannel_channel" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_sendingstop" ADD CONSTRAINT "omnichannel_sendings_company_id_ac9cd29d_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_sendingstop" ADD CONSTRAINT "omnichannel_sendings_contact_id_aa39eaad_fk_contacts_" FOREIGN KEY ("contact_id") REFERENCES "contacts_contact" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "omnichannel_sendingstop_channel_id_59cc3e2a" ON "omnichannel_sendingstop" ("channel_id");
CREATE INDEX "omnichannel_sendingstop_company_id_ac9cd29d" ON "omnichannel_sendingstop" ("company_id");
CREATE INDEX "omnichannel_sendingstop_contact_id_aa39eaad" ON "omnichannel_sendingstop" ("contact_id");
CREATE INDEX "stop_end" ON "omnichannel_sendingstop" ("until");
ALTER TABLE "omnichannel_attachment" ADD COLUMN "source_url" text DEFAULT '' NOT NULL;
ALTER TABLE "omnichannel_messagecost" ADD COLUMN "units" smallint DEFAULT 1 NOT NULL CHECK ("units" >= 0);
ALTER TABLE "omnichannel_attachment" ADD COLUMN "position" smallint DEFAULT 0 NOT NULL CHECK ("position" >= 0);
CREATE TABLE "omnichannel_mailbody" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "text" text NOT NULL, "html" text NOT NULL, "raw" varchar(255) NOT NULL, "size" bigint NOT NULL CHECK ("size" >= 0), "mail_id" text NOT NULL, "in_reply_to" text[] NOT NULL, "refers_to" text[] NOT NULL, "sender" jsonb NOT NULL, "reply_to" jsonb NOT NULL, "sent_to" jsonb NOT NULL, "copied_to" jsonb NOT NULL, "verdict" varchar(8) NOT NULL, "is_automatic" boolean NOT NULL, "is_readable" boolean NOT NULL, "is_cut" boolean NOT NULL, "charset_guessed" boolean NOT NULL, "inline" jsonb NOT NULL, "invite" jsonb NOT NULL, "company_id" uuid NOT NULL, "message_id" uuid NOT NULL UNIQUE);
ALTER TABLE "omnichannel_mailbody" ADD CONSTRAINT "omnichannel_mailbody_company_id_776cabd3_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_mailbody" ADD CONSTRAINT "omnichannel_mailbody_message_id_65e3d1b9_fk_omnichann" FOREIGN KEY ("message_id") REFERENCES "omnichannel_message" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "omnichannel_mailbody_company_id_776cabd3" ON "omnichannel_mailbody" ("company_id");
ALTER TABLE "omnichannel_conversation" ADD COLUMN "continues_id" uuid NULL CONSTRAINT "omnichannel_conversa_continues_id_bb6db467_fk_omnichann" REFERENCES "omnichannel_conversation"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "omnichannel_conversa_continues_id_bb6db467_fk_omnichann" IMMEDIATE;
CREATE INDEX "conversation_continues" ON "omnichannel_conversation" ("continues_id") WHERE "continues_id" IS NOT NULL;
DO $do$ BEGIN
IF to_regproc('pg_catalog.uuidv7') IS NULL THEN
    CREATE OR REPLACE FUNCTION uuidv7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $fn$
        SELECT encode(set_bit(set_bit(overlay(
            uuid_send(gen_random_uuid()) PLACING
            substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
            FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid
    $fn$;
END IF;
END $do$;
ALTER TABLE contacts_contact_tags ADD COLUMN row_id uuid;
ALTER TABLE contacts_contact_tags ALTER COLUMN row_id SET DEFAULT uuidv7();
CREATE UNIQUE INDEX contacts_contact_tags_row_id ON contacts_contact_tags (row_id);
ALTER TABLE contacts_contact_tags ADD CONSTRAINT row_has_id CHECK (row_id IS NOT NULL) NOT VALID;
ALTER TABLE contacts_contact_tags VALIDATE CONSTRAINT row_has_id;
UPDATE contacts_contactmerge m SET moved = (m.moved - 'contacts.contact_tags') || jsonb_build_object(
    'contacts.contacttag', coalesce((
        SELECT jsonb_agg(t.row_id::text) FROM contacts_contact_tags t WHERE t.id::text IN (
            SELECT jsonb_array_elements_text(m.moved -> 'contacts.contact_tags')
        )
    ), '[]'))
WHERE m.moved -> 'contacts.contact_tags' IS NOT NULL;
ALTER TABLE contacts_contact_tags ALTER COLUMN row_id SET NOT NULL, DROP CONSTRAINT row_has_id,
    DROP CONSTRAINT contacts_contact_tags_pkey, DROP COLUMN id;
ALTER TABLE contacts_contact_tags RENAME COLUMN row_id TO id;
ALTER TABLE contacts_contact_tags ADD CONSTRAINT contacts_contact_tags_pkey PRIMARY KEY USING INDEX contacts_contact_tags_row_id;
CREATE TABLE "omnichannel_personprofile" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "asked_at" timestamp with time zone NOT NULL, "picture" varchar(255) NOT NULL, "mime_type" varchar(100) NOT NULL, "company_id" uuid NOT NULL, "identity_id" uuid NOT NULL UNIQUE);
ALTER TABLE "omnichannel_personprofile" ADD CONSTRAINT "omnichannel_personpr_company_id_271e8082_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_personprofile" ADD CONSTRAINT "omnichannel_personpr_identity_id_96aa9dc8_fk_contacts_" FOREIGN KEY ("identity_id") REFERENCES "contacts_contactidentity" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "omnichannel_personprofile_company_id_271e8082" ON "omnichannel_personprofile" ("company_id");
CREATE TABLE "omnichannel_signature" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "text" text NOT NULL, "channel_id" uuid NOT NULL, "company_id" uuid NOT NULL, "member_id" uuid NOT NULL, CONSTRAINT "signature_once" UNIQUE ("member_id", "channel_id"));
ALTER TABLE "omnichannel_signature" ADD CONSTRAINT "omnichannel_signatur_channel_id_14477ce5_fk_omnichann" FOREIGN KEY ("channel_id") REFERENCES "omnichannel_channel" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_signature" ADD CONSTRAINT "omnichannel_signatur_company_id_a24a4483_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_signature" ADD CONSTRAINT "omnichannel_signatur_member_id_4f6294d8_fk_accounts_" FOREIGN KEY ("member_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "omnichannel_signature_channel_id_14477ce5" ON "omnichannel_signature" ("channel_id");
CREATE INDEX "omnichannel_signature_company_id_a24a4483" ON "omnichannel_signature" ("company_id");
CREATE INDEX "omnichannel_signature_member_id_4f6294d8" ON "omnichannel_signature" ("member_id");
ALTER TABLE "omnichannel_attachment" ADD COLUMN "transcription_note" varchar(200) DEFAULT '' NOT NULL;
ALTER TABLE "omnichannel_attachment" ADD COLUMN "transcription_state" varchar(12) DEFAULT '' NOT NULL;
CREATE INDEX "attachment_heard" ON "omnichannel_attachment" USING gin ((central_fold("transcription")) gin_trgm_ops) WHERE NOT ("transcription" = '');
ALTER TABLE "omnichannel_conversation" ADD COLUMN "other_app" varchar(64) DEFAULT '' NOT NULL;
CREATE INDEX "conversation_opened" ON "omnichannel_conversation" ("company_id", "opened_at");
ALTER TABLE "omnichannel_attachment" ADD COLUMN "milliseconds" integer DEFAULT 0 NOT NULL CHECK ("milliseconds" >= 0);
ALTER TABLE "omnichannel_attachment" ADD COLUMN "waveform" varchar(64) DEFAULT '' NOT NULL;
ALTER TABLE "omnichannel_conversation" ADD COLUMN "snoozed_at" timestamp with time zone NULL;
ALTER TABLE "omnichannel_conversation" ADD COLUMN "snoozed_until" timestamp with time zone NULL;
CREATE INDEX "conversation_snoozed" ON "omnichannel_conversation" ("company_id", "attendant_id", "snoozed_until", "id") WHERE "snoozed_at" IS NOT NULL;
CREATE INDEX "conversation_snooze_due" ON "omnichannel_conversation" ("snoozed_until") WHERE "snoozed_until" IS NOT NULL;
ALTER TABLE "omnichannel_mailbody" ADD COLUMN "mark" varchar(64) DEFAULT '' NOT NULL;
ALTER TABLE "omnichannel_message" ADD COLUMN "starred_at" timestamp with time zone NULL;
CREATE INDEX "message_starred" ON "omnichannel_message" ("conversation_id", "starred_at" DESC) WHERE "starred_at" IS NOT NULL;
CREATE TABLE "omnichannel_draft" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "mode" varchar(10) NOT NULL, "text" text NOT NULL, "company_id" uuid NOT NULL, "conversation_id" uuid NOT NULL, "member_id" uuid NOT NULL, CONSTRAINT "draft_once" UNIQUE ("member_id", "conversation_id", "mode"));
ALTER TABLE "omnichannel_draft" ADD CONSTRAINT "omnichannel_draft_company_id_1e6f6370_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_draft" ADD CONSTRAINT "omnichannel_draft_conversation_id_e0325115_fk_omnichann" FOREIGN KEY ("conversation_id") REFERENCES "omnichannel_conversation" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_draft" ADD CONSTRAINT "omnichannel_draft_member_id_8b27e7d8_fk_accounts_membership_id" FOREIGN KEY ("member_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "omnichannel_draft_company_id_1e6f6370" ON "omnichannel_draft" ("company_id");
CREATE INDEX "omnichannel_draft_conversation_id_e0325115" ON "omnichannel_draft" ("conversation_id");
CREATE INDEX "conversation_about_words" ON "omnichannel_conversation" USING gin ((central_fold("subject")) gin_trgm_ops) WHERE NOT ("subject" = '');
CREATE TABLE "omnichannel_scheduledmessage" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "text" text NOT NULL, "send_at" timestamp with time zone NOT NULL, "after_seq" bigint NOT NULL CHECK ("after_seq" >= 0), "state" varchar(10) NOT NULL, "held_code" varchar(60) NOT NULL, "held_detail" varchar(500) NOT NULL, "client_id" varchar(64) NOT NULL, "author_id" uuid NOT NULL, "company_id" uuid NOT NULL, "conversation_id" uuid NOT NULL, "message_id" uuid NULL UNIQUE, CONSTRAINT "scheduled_once" UNIQUE ("conversation_id", "client_id"));
ALTER TABLE "omnichannel_scheduledmessage" ADD CONSTRAINT "omnichannel_schedule_author_id_0d69fd0e_fk_accounts_" FOREIGN KEY ("author_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_scheduledmessage" ADD CONSTRAINT "omnichannel_schedule_company_id_db1d7c68_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_scheduledmessage" ADD CONSTRAINT "omnichannel_schedule_conversation_id_5c090d34_fk_omnichann" FOREIGN KEY ("conversation_id") REFERENCES "omnichannel_conversation" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_scheduledmessage" ADD CONSTRAINT "omnichannel_schedule_message_id_8489790f_fk_omnichann" FOREIGN KEY ("message_id") REFERENCES "omnichannel_message" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "omnichannel_scheduledmessage_author_id_0d69fd0e" ON "omnichannel_scheduledmessage" ("author_id");
CREATE INDEX "omnichannel_scheduledmessage_company_id_db1d7c68" ON "omnichannel_scheduledmessage" ("company_id");
CREATE INDEX "omnichannel_scheduledmessage_conversation_id_5c090d34" ON "omnichannel_scheduledmessage" ("conversation_id");
CREATE INDEX "scheduled_due" ON "omnichannel_scheduledmessage" ("send_at") WHERE "state" = 'agendada';
ALTER TABLE "omnichannel_channel" ADD COLUMN "sign_messages" boolean NULL;
ALTER TABLE "contacts_contactidentity" ADD COLUMN "proof" varchar(12) DEFAULT '' NOT NULL;
ALTER TABLE "contacts_contactidentity" ADD COLUMN "verified_at" timestamp with time zone NULL;
ALTER TABLE "contacts_duplicatepair" ADD COLUMN "decided_at" timestamp with time zone NULL;
ALTER TABLE "contacts_duplicatepair" ADD COLUMN "decided_by_id" uuid NULL CONSTRAINT "contacts_duplicatepa_decided_by_id_0e543ea7_fk_accounts_" REFERENCES "accounts_membership"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "contacts_duplicatepa_decided_by_id_0e543ea7_fk_accounts_" IMMEDIATE;
ALTER TABLE "contacts_duplicatepair" ADD COLUMN "evidence" varchar(64) DEFAULT '' NOT NULL;
ALTER TABLE "contacts_duplicatepair" ADD COLUMN "is_strong" boolean DEFAULT false NOT NULL;
ALTER TABLE "contacts_duplicatepair" ADD COLUMN "refused" jsonb DEFAULT '[]'::jsonb NOT NULL;
CREATE INDEX "contact_full_name" ON "contacts_contact" ("company_id", (central_fold("name"))) WHERE ("merged_into_id" IS NULL AND "name"::text LIKE '% %');
CREATE INDEX "identity_same_username" ON "contacts_contactidentity" ("company_id", (UPPER("username"))) WHERE NOT ("username" = '');
CREATE INDEX "duplicate_pair_refused" ON "contacts_duplicatepair" ("company_id", "evidence") WHERE ("status" = 'diferente' AND NOT ("evidence" = ''));
CREATE TABLE "agenda_appointment" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "starts_at" timestamp with time zone NOT NULL, "ends_at" timestamp with time zone NOT NULL, "is_all_day" boolean NOT NULL, "kind" varchar(80) NOT NULL, "title" varchar(200) NOT NULL, "state" varchar(10) NOT NULL, "answer" varchar(12) NOT NULL, "answered_at" timestamp with time zone NULL, "answer_way" varchar(10) NOT NULL, "source" varchar(10) NOT NULL, "external_id" varchar(400) NOT NULL, "sequence" integer NOT NULL CHECK ("sequence" >= 0), "stamped_at" timestamp with time zone NULL, "is_missing" boolean NOT NULL, "company_id" uuid NOT NULL, "contact_id" uuid NULL);
CREATE TABLE "agenda_appointmentanswer" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "way" varchar(10) NOT NULL, "meaning" varchar(12) NOT NULL, "rule" varchar(40) NOT NULL, "appointment_id" uuid NOT NULL, "author_id" uuid NULL, "company_id" uuid NOT NULL, "message_id" uuid NULL);
CREATE TABLE "agenda_calendarfeed" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "name" varchar(80) NOT NULL, "secret" text NOT NULL, "is_active" boolean NOT NULL, "etag" varchar(200) NOT NULL, "changed_at" varchar(60) NOT NULL, "fetched_at" timestamp with time zone NULL, "trouble" varchar(300) NOT NULL, "event_count" integer NOT NULL CHECK ("event_count" >= 0), "company_id" uuid NOT NULL);
ALTER TABLE "agenda_appointment" ADD COLUMN "feed_id" uuid NULL CONSTRAINT "agenda_appointment_feed_id_14071a08_fk_agenda_calendarfeed_id" REFERENCES "agenda_calendarfeed"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "agenda_appointment_feed_id_14071a08_fk_agenda_calendarfeed_id" IMMEDIATE;
CREATE TABLE "agenda_professional" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "name" varchar(120) NOT NULL, "is_active" boolean NOT NULL, "feed_hash" varchar(64) NOT NULL, "feed_names" boolean NOT NULL, "company_id" uuid NOT NULL);
CREATE TABLE "agenda_freedslot" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "kind" varchar(80) NOT NULL, "starts_at" timestamp with time zone NOT NULL, "ends_at" timestamp with time zone NOT NULL, "depth" smallint NOT NULL CHECK ("depth" >= 0), "wave" smallint NOT NULL CHECK ("wave" >= 0), "next_at" timestamp with time zone NULL, "company_id" uuid NOT NULL, "freed_id" uuid NULL, "professional_id" uuid NULL);
ALTER TABLE "agenda_calendarfeed" ADD COLUMN "professional_id" uuid NOT NULL CONSTRAINT "agenda_calendarfeed_professional_id_d24b6bc8_fk_agenda_pr" REFERENCES "agenda_professional"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "agenda_calendarfeed_professional_id_d24b6bc8_fk_agenda_pr" IMMEDIATE;
ALTER TABLE "agenda_appointment" ADD COLUMN "professional_id" uuid NULL CONSTRAINT "agenda_appointment_professional_id_6bd712ca_fk_agenda_pr" REFERENCES "agenda_professional"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "agenda_appointment_professional_id_6bd712ca_fk_agenda_pr" IMMEDIATE;
CREATE TABLE "agenda_reminder" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "hours" smallint NOT NULL CHECK ("hours" >= 0), "due_at" timestamp with time zone NOT NULL, "state" varchar(10) NOT NULL, "began" boolean NOT NULL, "held_code" varchar(60) NOT NULL, "held_detail" varchar(500) NOT NULL, "appointment_id" uuid NOT NULL, "company_id" uuid NOT NULL, "message_id" uuid NULL);
CREATE TABLE "agenda_waitingplace" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "kind" varchar(80) NOT NULL, "weekdays" smallint[7] NOT NULL, "notice_hours" smallint NOT NULL CHECK ("notice_hours" >= 0), "urgency" smallint NOT NULL CHECK ("urgency" >= 0), "state" varchar(10) NOT NULL, "appointment_id" uuid NULL, "company_id" uuid NOT NULL, "contact_id" uuid NOT NULL, "professional_id" uuid NULL);
CREATE TABLE "agenda_slotinvite" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "wave" smallint NOT NULL CHECK ("wave" >= 0), "state" varchar(10) NOT NULL, "company_id" uuid NOT NULL, "message_id" uuid NULL, "slot_id" uuid NOT NULL, "place_id" uuid NOT NULL);
ALTER TABLE "agenda_freedslot" ADD COLUMN "holder_id" uuid NULL CONSTRAINT "agenda_freedslot_holder_id_50b2ec4a_fk_agenda_waitingplace_id" REFERENCES "agenda_waitingplace"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "agenda_freedslot_holder_id_50b2ec4a_fk_agenda_waitingplace_id" IMMEDIATE;
CREATE TABLE "agenda_agendasettings" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "is_on" boolean NOT NULL, "hours" smallint[6] NOT NULL, "quiet_from" time NOT NULL, "quiet_until" time NOT NULL, "offered_to" smallint NOT NULL CHECK ("offered_to" >= 0), "channel_id" uuid NULL, "company_id" uuid NOT NULL, "offer_template_id" uuid NULL, "template_id" uuid NULL, CONSTRAINT "agenda_settings_once" UNIQUE ("company_id"));
CREATE UNIQUE INDEX "professional_once" ON "agenda_professional" ("company_id", "name");
CREATE UNIQUE INDEX "professional_feed_once" ON "agenda_professional" ("feed_hash") WHERE NOT ("feed_hash" = '');
CREATE UNIQUE INDEX "calendar_feed_once" ON "agenda_calendarfeed" ("company_id", "name");
CREATE INDEX "appointment_by_day" ON "agenda_appointment" ("company_id", "starts_at");
CREATE INDEX "appointment_of_person" ON "agenda_appointment" ("contact_id", "starts_at");
CREATE UNIQUE INDEX "appointment_once" ON "agenda_appointment" ("company_id", "source", "external_id") WHERE NOT ("external_id" = '');
ALTER TABLE "agenda_appointment" ADD CONSTRAINT "appointment_ends_after_start" CHECK ("ends_at" >= ("starts_at"));
CREATE INDEX "reminder_due" ON "agenda_reminder" ("due_at") WHERE "state" = 'esperando';
CREATE INDEX "reminder_unsettled" ON "agenda_reminder" ("updated_at") WHERE "began";
CREATE UNIQUE INDEX "reminder_waits_once" ON "agenda_reminder" ("appointment_id", "hours") WHERE "state" = 'esperando';
CREATE INDEX "waiting_in_order" ON "agenda_waitingplace" ("company_id", "urgency" DESC, "id") WHERE "state" = 'esperando';
ALTER TABLE "agenda_slotinvite" ADD CONSTRAINT "slot_offered_once" UNIQUE ("slot_id", "place_id");
CREATE INDEX "slot_next_wave" ON "agenda_freedslot" ("next_at") WHERE "holder_id" IS NULL;
CREATE UNIQUE INDEX "slot_freed_once" ON "agenda_freedslot" ("freed_id") WHERE "holder_id" IS NULL;
ALTER TABLE "agenda_appointment" ADD CONSTRAINT "agenda_appointment_company_id_a7e3a1e3_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "agenda_appointment" ADD CONSTRAINT "agenda_appointment_contact_id_41db4afb_fk_contacts_contact_id" FOREIGN KEY ("contact_id") REFERENCES "contacts_contact" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "agenda_appointment_company_id_a7e3a1e3" ON "agenda_appointment" ("company_id");
CREATE INDEX "agenda_appointment_contact_id_41db4afb" ON "agenda_appointment" ("contact_id");
ALTER TABLE "agenda_appointmentanswer" ADD CONSTRAINT "agenda_appointmentan_appointment_id_83c6783b_fk_agenda_ap" FOREIGN KEY ("appointment_id") REFERENCES "agenda_appointment" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "agenda_appointmentanswer" ADD CONSTRAINT "agenda_appointmentan_author_id_5f3b55f9_fk_accounts_" FOREIGN KEY ("author_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "agenda_appointmentanswer" ADD CONSTRAINT "agenda_appointmentan_company_id_dc66fc7c_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "agenda_appointmentanswer" ADD CONSTRAINT "agenda_appointmentan_message_id_013f5711_fk_omnichann" FOREIGN KEY ("message_id") REFERENCES "omnichannel_message" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "agenda_appointmentanswer_appointment_id_83c6783b" ON "agenda_appointmentanswer" ("appointment_id");
CREATE INDEX "agenda_appointmentanswer_author_id_5f3b55f9" ON "agenda_appointmentanswer" ("author_id");
CREATE INDEX "agenda_appointmentanswer_company_id_dc66fc7c" ON "agenda_appointmentanswer" ("company_id");
CREATE INDEX "agenda_appointmentanswer_message_id_013f5711" ON "agenda_appointmentanswer" ("message_id");
ALTER TABLE "agenda_calendarfeed" ADD CONSTRAINT "agenda_calendarfeed_company_id_50821836_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "agenda_calendarfeed_company_id_50821836" ON "agenda_calendarfeed" ("company_id");
CREATE INDEX "agenda_appointment_feed_id_14071a08" ON "agenda_appointment" ("feed_id");
ALTER TABLE "agenda_professional" ADD CONSTRAINT "agenda_professional_company_id_2e9b0dfd_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "agenda_professional_company_id_2e9b0dfd" ON "agenda_professional" ("company_id");
ALTER TABLE "agenda_freedslot" ADD CONSTRAINT "agenda_freedslot_company_id_8b9bd13a_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "agenda_freedslot" ADD CONSTRAINT "agenda_freedslot_freed_id_a5035a8b_fk_agenda_appointment_id" FOREIGN KEY ("freed_id") REFERENCES "agenda_appointment" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "agenda_freedslot" ADD CONSTRAINT "agenda_freedslot_professional_id_948cd219_fk_agenda_pr" FOREIGN KEY ("professional_id") REFERENCES "agenda_professional" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "agenda_freedslot_company_id_8b9bd13a" ON "agenda_freedslot" ("company_id");
CREATE INDEX "agenda_freedslot_freed_id_a5035a8b" ON "agenda_freedslot" ("freed_id");
CREATE INDEX "agenda_freedslot_professional_id_948cd219" ON "agenda_freedslot" ("professional_id");
CREATE INDEX "agenda_calendarfeed_professional_id_d24b6bc8" ON "agenda_calendarfeed" ("professional_id");
CREATE INDEX "agenda_appointment_professional_id_6bd712ca" ON "agenda_appointment" ("professional_id");
ALTER TABLE "agenda_reminder" ADD CONSTRAINT "agenda_reminder_appointment_id_6cbbeb7b_fk_agenda_ap" FOREIGN KEY ("appointment_id") REFERENCES "agenda_appointment" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "agenda_reminder" ADD CONSTRAINT "agenda_reminder_company_id_f7f9723f_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "agenda_reminder" ADD CONSTRAINT "agenda_reminder_message_id_d71d8fc4_fk_omnichannel_message_id" FOREIGN KEY ("message_id") REFERENCES "omnichannel_message" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "agenda_reminder_appointment_id_6cbbeb7b" ON "agenda_reminder" ("appointment_id");
CREATE INDEX "agenda_reminder_company_id_f7f9723f" ON "agenda_reminder" ("company_id");
CREATE INDEX "agenda_reminder_message_id_d71d8fc4" ON "agenda_reminder" ("message_id");
ALTER TABLE "agenda_waitingplace" ADD CONSTRAINT "agenda_waitingplace_appointment_id_2061a963_fk_agenda_ap" FOREIGN KEY ("appointment_id") REFERENCES "agenda_appointment" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "agenda_waitingplace" ADD CONSTRAINT "agenda_waitingplace_company_id_2242316b_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "agenda_waitingplace" ADD CONSTRAINT "agenda_waitingplace_contact_id_9c334197_fk_contacts_contact_id" FOREIGN KEY ("contact_id") REFERENCES "contacts_contact" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "agenda_waitingplace" ADD CONSTRAINT "agenda_waitingplace_professional_id_f243ab1c_fk_agenda_pr" FOREIGN KEY ("professional_id") REFERENCES "agenda_professional" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "agenda_waitingplace_appointment_id_2061a963" ON "agenda_waitingplace" ("appointment_id");
CREATE INDEX "agenda_waitingplace_company_id_2242316b" ON "agenda_waitingplace" ("company_id");
CREATE INDEX "agenda_waitingplace_contact_id_9c334197" ON "agenda_waitingplace" ("contact_id");
CREATE INDEX "agenda_waitingplace_professional_id_f243ab1c" ON "agenda_waitingplace" ("professional_id");
ALTER TABLE "agenda_slotinvite" ADD CONSTRAINT "agenda_slotinvite_company_id_3f8b12b4_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "agenda_slotinvite" ADD CONSTRAINT "agenda_slotinvite_message_id_211be722_fk_omnichannel_message_id" FOREIGN KEY ("message_id") REFERENCES "omnichannel_message" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "agenda_slotinvite" ADD CONSTRAINT "agenda_slotinvite_slot_id_6d86fee5_fk_agenda_freedslot_id" FOREIGN KEY ("slot_id") REFERENCES "agenda_freedslot" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "agenda_slotinvite" ADD CONSTRAINT "agenda_slotinvite_place_id_6753b8cc_fk_agenda_waitingplace_id" FOREIGN KEY ("place_id") REFERENCES "agenda_waitingplace" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "agenda_slotinvite_company_id_3f8b12b4" ON "agenda_slotinvite" ("company_id");
CREATE INDEX "agenda_slotinvite_message_id_211be722" ON "agenda_slotinvite" ("message_id");
CREATE INDEX "agenda_slotinvite_slot_id_6d86fee5" ON "agenda_slotinvite" ("slot_id");
CREATE INDEX "agenda_slotinvite_place_id_6753b8cc" ON "agenda_slotinvite" ("place_id");
CREATE INDEX "agenda_freedslot_holder_id_50b2ec4a" ON "agenda_freedslot" ("holder_id");
ALTER TABLE "agenda_agendasettings" ADD CONSTRAINT "agenda_agendasetting_channel_id_789eb995_fk_omnichann" FOREIGN KEY ("channel_id") REFERENCES "omnichannel_channel" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "agenda_agendasettings" ADD CONSTRAINT "agenda_agendasetting_company_id_32fd9171_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "agenda_agendasettings" ADD CONSTRAINT "agenda_agendasetting_offer_template_id_cd63dabf_fk_omnichann" FOREIGN KEY ("offer_template_id") REFERENCES "omnichannel_template" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "agenda_agendasettings" ADD CONSTRAINT "agenda_agendasetting_template_id_d17f1613_fk_omnichann" FOREIGN KEY ("template_id") REFERENCES "omnichannel_template" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "agenda_agendasettings_channel_id_789eb995" ON "agenda_agendasettings" ("channel_id");
CREATE INDEX "agenda_agendasettings_company_id_32fd9171" ON "agenda_agendasettings" ("company_id");
CREATE INDEX "agenda_agendasettings_offer_template_id_cd63dabf" ON "agenda_agendasettings" ("offer_template_id");
CREATE INDEX "agenda_agendasettings_template_id_d17f1613" ON "agenda_agendasettings" ("template_id");
CREATE TABLE "queues_queue" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "name" varchar(100) NOT NULL, "description" text NOT NULL, "distribution" varchar(30) NOT NULL, "is_sticky" boolean NOT NULL, "capacity" smallint NOT NULL CHECK ("capacity" >= 0), "first_response_sla" integer NOT NULL CHECK ("first_response_sla" >= 0), "resolution_sla" integer NOT NULL CHECK ("resolution_sla" >= 0), "abandon_after" integer NULL CHECK ("abandon_after" >= 0), "reopen_within" integer NOT NULL CHECK ("reopen_within" >= 0), "out_of_hours_message" text NOT NULL, "queue_message" text NOT NULL, "asks_rating" boolean NOT NULL, "is_active" boolean NOT NULL, "is_default" boolean NOT NULL, "priority" smallint NOT NULL CHECK ("priority" >= 0), "calendar_id" uuid NULL, "company_id" uuid NOT NULL);
CREATE TABLE "queues_queue_channels" ("id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, "queue_id" uuid NOT NULL, "channel_id" uuid NOT NULL);
CREATE TABLE "queues_queuemember" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "capacity" smallint NULL CHECK ("capacity" >= 0), "order" smallint NOT NULL CHECK ("order" >= 0), "is_active" boolean NOT NULL, "turn" bigint NOT NULL CHECK ("turn" >= 0), "last_assigned_at" timestamp with time zone NULL, "company_id" uuid NOT NULL, "membership_id" uuid NOT NULL, "queue_id" uuid NOT NULL);
CREATE TABLE "queues_routingrun" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "snapshot" jsonb NOT NULL, "choices" jsonb NOT NULL, "company_id" uuid NOT NULL, "queue_id" uuid NOT NULL);
CREATE TABLE "queues_ticket" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "status" varchar(20) NOT NULL, "protocol" varchar(20) NOT NULL, "priority" smallint NOT NULL CHECK ("priority" >= 0), "entered_at" timestamp with time zone NOT NULL, "queued_at" timestamp with time zone NOT NULL, "started_at" timestamp with time zone NULL, "first_response_at" timestamp with time zone NULL, "ended_at" timestamp with time zone NULL, "first_response_due_at" timestamp with time zone NULL, "resolution_due_at" timestamp with time zone NULL, "first_response_warn_at" timestamp with time zone NULL, "resolution_warn_at" timestamp with time zone NULL, "abandon_at" timestamp with time zone NULL, "sla_check_at" timestamp with time zone NULL, "wait_seconds" integer NULL CHECK ("wait_seconds" >= 0), "service_seconds" integer NULL CHECK ("service_seconds" >= 0), "end_reason" varchar(100) NOT NULL, "rating" smallint NULL CHECK ("rating" >= 0), "rating_comment" text NOT NULL, "routing_place" integer NULL CHECK ("routing_place" >= 0), "told_position" integer NULL CHECK ("told_position" >= 0), "told_closed_at" timestamp with time zone NULL, "flagged_at" timestamp with time zone NULL, "attendant_id" uuid NULL, "company_id" uuid NOT NULL, "contact_id" uuid NOT NULL, "conversation_id" uuid NOT NULL, "previous_id" uuid NULL, "queue_id" uuid NOT NULL, "routing_run_id" uuid NULL);
CREATE TABLE "queues_ticketevent" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "kind" varchar(20) NOT NULL, "at" timestamp with time zone NOT NULL, "detail" jsonb NOT NULL, "actor_id" uuid NULL, "company_id" uuid NOT NULL, "ticket_id" uuid NOT NULL);
CREATE TABLE "queues_nextweights" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "sla" smallint NOT NULL CHECK ("sla" >= 0), "window" smallint NOT NULL CHECK ("window" >= 0), "priority" smallint NOT NULL CHECK ("priority" >= 0), "waiting" smallint NOT NULL CHECK ("waiting" >= 0), "company_id" uuid NOT NULL, CONSTRAINT "next_weights_once" UNIQUE ("company_id"));
CREATE TABLE "queues_protocolcounter" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "day" date NOT NULL, "last" integer NOT NULL CHECK ("last" >= 0), "company_id" uuid NOT NULL, CONSTRAINT "protocol_day" UNIQUE ("company_id", "day"));
CREATE UNIQUE INDEX "queue_name_once" ON "queues_queue" ("company_id", (UPPER("name")));
CREATE UNIQUE INDEX "queue_one_default" ON "queues_queue" ("company_id") WHERE "is_default";
ALTER TABLE "queues_queue" ADD CONSTRAINT "queue_priority_1_10" CHECK ("priority" BETWEEN 1 AND 10);
ALTER TABLE "queues_queuemember" ADD CONSTRAINT "queue_member_once" UNIQUE ("queue_id", "membership_id");
CREATE INDEX "routing_run_recent" ON "queues_routingrun" ("queue_id", "created_at" DESC);
CREATE INDEX "ticket_waiting" ON "queues_ticket" ("queue_id", "priority" DESC, "entered_at", "id") WHERE "status" = 'aguardando';
CREATE INDEX "ticket_serving" ON "queues_ticket" ("attendant_id") WHERE "status" = 'em_atendimento';
CREATE INDEX "ticket_abandon_due" ON "queues_ticket" ("abandon_at") WHERE "status" = 'aguardando';
CREATE INDEX "ticket_sla_due" ON "queues_ticket" ("sla_check_at") WHERE "sla_check_at" IS NOT NULL;
CREATE INDEX "ticket_of_queue" ON "queues_ticket" ("queue_id", "entered_at" DESC);
CREATE INDEX "ticket_ended" ON "queues_ticket" ("company_id", "ended_at" DESC);
CREATE INDEX "ticket_of_contact" ON "queues_ticket" ("contact_id", "entered_at" DESC);
CREATE UNIQUE INDEX "ticket_one_open" ON "queues_ticket" ("conversation_id") WHERE "status" IN ('aguardando', 'em_atendimento');
ALTER TABLE "queues_ticket" ADD CONSTRAINT "ticket_protocol_once" UNIQUE ("company_id", "protocol");
ALTER TABLE "queues_ticket" ADD CONSTRAINT "ticket_priority_1_10" CHECK ("priority" BETWEEN 1 AND 10);
ALTER TABLE "queues_ticket" ADD CONSTRAINT "ticket_rating_1_5" CHECK (("rating" IS NULL OR "rating" BETWEEN 1 AND 5));
ALTER TABLE "queues_ticket" ADD CONSTRAINT "ticket_waiting_is_nobodys" CHECK (("attendant_id" IS NULL OR NOT ("status" = 'aguardando')));
ALTER TABLE "queues_queue" ADD CONSTRAINT "queues_queue_calendar_id_866f1ffb_fk_accounts_" FOREIGN KEY ("calendar_id") REFERENCES "accounts_businesscalendar" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_queue" ADD CONSTRAINT "queues_queue_company_id_afb28a1d_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "queues_queue_calendar_id_866f1ffb" ON "queues_queue" ("calendar_id");
CREATE INDEX "queues_queue_company_id_afb28a1d" ON "queues_queue" ("company_id");
ALTER TABLE "queues_queue_channels" ADD CONSTRAINT "queues_queue_channels_queue_id_channel_id_4052d19d_uniq" UNIQUE ("queue_id", "channel_id");
ALTER TABLE "queues_queue_channels" ADD CONSTRAINT "queues_queue_channels_queue_id_b382562c_fk_queues_queue_id" FOREIGN KEY ("queue_id") REFERENCES "queues_queue" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_queue_channels" ADD CONSTRAINT "queues_queue_channel_channel_id_d0f24f41_fk_omnichann" FOREIGN KEY ("channel_id") REFERENCES "omnichannel_channel" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "queues_queue_channels_queue_id_b382562c" ON "queues_queue_channels" ("queue_id");
CREATE INDEX "queues_queue_channels_channel_id_d0f24f41" ON "queues_queue_channels" ("channel_id");
ALTER TABLE "queues_queuemember" ADD CONSTRAINT "queues_queuemember_company_id_7013bf6a_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_queuemember" ADD CONSTRAINT "queues_queuemember_membership_id_a0cf2095_fk_accounts_" FOREIGN KEY ("membership_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_queuemember" ADD CONSTRAINT "queues_queuemember_queue_id_b7d2ba35_fk_queues_queue_id" FOREIGN KEY ("queue_id") REFERENCES "queues_queue" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "queues_queuemember_company_id_7013bf6a" ON "queues_queuemember" ("company_id");
CREATE INDEX "queues_queuemember_membership_id_a0cf2095" ON "queues_queuemember" ("membership_id");
CREATE INDEX "queues_queuemember_queue_id_b7d2ba35" ON "queues_queuemember" ("queue_id");
ALTER TABLE "queues_routingrun" ADD CONSTRAINT "queues_routingrun_company_id_552b67e4_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_routingrun" ADD CONSTRAINT "queues_routingrun_queue_id_e9b0b14e_fk_queues_queue_id" FOREIGN KEY ("queue_id") REFERENCES "queues_queue" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "queues_routingrun_company_id_552b67e4" ON "queues_routingrun" ("company_id");
CREATE INDEX "queues_routingrun_queue_id_e9b0b14e" ON "queues_routingrun" ("queue_id");
ALTER TABLE "queues_ticket" ADD CONSTRAINT "queues_ticket_attendant_id_e50d6738_fk_accounts_membership_id" FOREIGN KEY ("attendant_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_ticket" ADD CONSTRAINT "queues_ticket_company_id_9ba087a2_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_ticket" ADD CONSTRAINT "queues_ticket_contact_id_4ad576f8_fk_contacts_contact_id" FOREIGN KEY ("contact_id") REFERENCES "contacts_contact" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_ticket" ADD CONSTRAINT "queues_ticket_conversation_id_33fd0177_fk_omnichann" FOREIGN KEY ("conversation_id") REFERENCES "omnichannel_conversation" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_ticket" ADD CONSTRAINT "queues_ticket_previous_id_881618f8_fk_queues_ticket_id" FOREIGN KEY ("previous_id") REFERENCES "queues_ticket" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_ticket" ADD CONSTRAINT "queues_ticket_queue_id_f17bf578_fk_queues_queue_id" FOREIGN KEY ("queue_id") REFERENCES "queues_queue" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_ticket" ADD CONSTRAINT "queues_ticket_routing_run_id_2b07dc23_fk_queues_routingrun_id" FOREIGN KEY ("routing_run_id") REFERENCES "queues_routingrun" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "queues_ticket_attendant_id_e50d6738" ON "queues_ticket" ("attendant_id");
CREATE INDEX "queues_ticket_company_id_9ba087a2" ON "queues_ticket" ("company_id");
CREATE INDEX "queues_ticket_contact_id_4ad576f8" ON "queues_ticket" ("contact_id");
CREATE INDEX "queues_ticket_conversation_id_33fd0177" ON "queues_ticket" ("conversation_id");
CREATE INDEX "queues_ticket_previous_id_881618f8" ON "queues_ticket" ("previous_id");
CREATE INDEX "queues_ticket_queue_id_f17bf578" ON "queues_ticket" ("queue_id");
CREATE INDEX "queues_ticket_routing_run_id_2b07dc23" ON "queues_ticket" ("routing_run_id");
ALTER TABLE "queues_ticketevent" ADD CONSTRAINT "queues_ticketevent_actor_id_ebbe93c2_fk_accounts_membership_id" FOREIGN KEY ("actor_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_ticketevent" ADD CONSTRAINT "queues_ticketevent_company_id_2074aa42_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_ticketevent" ADD CONSTRAINT "queues_ticketevent_ticket_id_3f2b5230_fk_queues_ticket_id" FOREIGN KEY ("ticket_id") REFERENCES "queues_ticket" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "queues_ticketevent_actor_id_ebbe93c2" ON "queues_ticketevent" ("actor_id");
CREATE INDEX "queues_ticketevent_company_id_2074aa42" ON "queues_ticketevent" ("company_id");
CREATE INDEX "queues_ticketevent_ticket_id_3f2b5230" ON "queues_ticketevent" ("ticket_id");
ALTER TABLE "queues_nextweights" ADD CONSTRAINT "queues_nextweights_company_id_609359c8_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "queues_nextweights_company_id_609359c8" ON "queues_nextweights" ("company_id");
ALTER TABLE "queues_protocolcounter" ADD CONSTRAINT "queues_protocolcount_company_id_7605db74_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "queues_protocolcounter_company_id_7605db74" ON "queues_protocolcounter" ("company_id");
ALTER TABLE "queues_ticket" ADD COLUMN "told_position_at" timestamp with time zone NULL;
DO $do$ BEGIN
IF to_regproc('pg_catalog.uuidv7') IS NULL THEN
    CREATE OR REPLACE FUNCTION uuidv7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $fn$
        SELECT encode(set_bit(set_bit(overlay(
            uuid_send(gen_random_uuid()) PLACING
            substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
            FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid
    $fn$;
END IF;
END $do$;
ALTER TABLE queues_queue_channels ADD COLUMN row_id uuid;
ALTER TABLE queues_queue_channels ALTER COLUMN row_id SET DEFAULT uuidv7();
CREATE UNIQUE INDEX queues_queue_channels_row_id ON queues_queue_channels (row_id);
ALTER TABLE queues_queue_channels ADD CONSTRAINT row_has_id CHECK (row_id IS NOT NULL) NOT VALID;
ALTER TABLE queues_queue_channels VALIDATE CONSTRAINT row_has_id;
ALTER TABLE queues_queue_channels ALTER COLUMN row_id SET NOT NULL, DROP CONSTRAINT row_has_id,
    DROP CONSTRAINT queues_queue_channels_pkey, DROP COLUMN id;
ALTER TABLE queues_queue_channels RENAME COLUMN row_id TO id;
ALTER TABLE queues_queue_channels ADD CONSTRAINT queues_queue_channels_pkey PRIMARY KEY USING INDEX queues_queue_channels_row_id;
CREATE TABLE "analytics_factsmark" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "event" uuid NOT NULL);
CREATE TABLE "analytics_companyclock" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "zone" varchar(64) NOT NULL, "company_id" uuid NOT NULL, CONSTRAINT "company_clock_once" UNIQUE ("company_id"));
CREATE TABLE "analytics_daysnapshot" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "day" date NOT NULL, "counts" jsonb NOT NULL, "attendant_id" uuid NULL, "channel_id" uuid NOT NULL, "company_id" uuid NOT NULL, "queue_id" uuid NOT NULL);
CREATE TABLE "analytics_dirtyday" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "day" date NOT NULL, "company_id" uuid NOT NULL, CONSTRAINT "dirty_day_once" UNIQUE ("company_id", "day"));
CREATE TABLE "analytics_servicespan" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "started_at" timestamp with time zone NOT NULL, "ended_at" timestamp with time zone NULL, "attendant_id" uuid NULL, "company_id" uuid NOT NULL, "ticket_id" uuid NOT NULL);
CREATE TABLE "analytics_startedhour" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "day" date NOT NULL, "hour" smallint NOT NULL CHECK ("hour" >= 0), "conversations" integer NOT NULL CHECK ("conversations" >= 0), "channel_id" uuid NOT NULL, "company_id" uuid NOT NULL, CONSTRAINT "started_hour_once" UNIQUE ("company_id", "day", "hour", "channel_id"));
CREATE TABLE "analytics_ticketfact" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "chain" uuid NOT NULL, "status" varchar(20) NOT NULL, "entered_day" date NOT NULL, "entered_hour" smallint NOT NULL CHECK ("entered_hour" >= 0), "started_day" date NULL, "answered_day" date NULL, "ended_day" date NULL, "response_day" date NULL, "resolution_day" date NULL, "is_first" boolean NOT NULL, "is_reopened" boolean NOT NULL, "wait_seconds" integer NULL CHECK ("wait_seconds" >= 0), "response_seconds" integer NULL CHECK ("response_seconds" >= 0), "response_working_seconds" integer NULL CHECK ("response_working_seconds" >= 0), "service_seconds" integer NULL CHECK ("service_seconds" >= 0), "resolution_seconds" integer NULL CHECK ("resolution_seconds" >= 0), "response_met" boolean NULL, "resolution_met" boolean NULL, "is_solved_at_first" boolean NULL, "rating" smallint NULL CHECK ("rating" >= 0), "attendant_id" uuid NULL, "channel_id" uuid NOT NULL, "company_id" uuid NOT NULL, "contact_id" uuid NOT NULL, "queue_id" uuid NOT NULL, "ticket_id" uuid NOT NULL UNIQUE);
ALTER TABLE "analytics_companyclock" ADD CONSTRAINT "analytics_companyclo_company_id_33fc9abd_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "analytics_companyclock_company_id_33fc9abd" ON "analytics_companyclock" ("company_id");
ALTER TABLE "analytics_daysnapshot" ADD CONSTRAINT "analytics_daysnapsho_attendant_id_02f94457_fk_accounts_" FOREIGN KEY ("attendant_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "analytics_daysnapshot" ADD CONSTRAINT "analytics_daysnapsho_channel_id_bb600fe4_fk_omnichann" FOREIGN KEY ("channel_id") REFERENCES "omnichannel_channel" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "analytics_daysnapshot" ADD CONSTRAINT "analytics_daysnapsho_company_id_1462dc6a_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "analytics_daysnapshot" ADD CONSTRAINT "analytics_daysnapshot_queue_id_08244ac0_fk_queues_queue_id" FOREIGN KEY ("queue_id") REFERENCES "queues_queue" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "analytics_daysnapshot_attendant_id_02f94457" ON "analytics_daysnapshot" ("attendant_id");
CREATE INDEX "analytics_daysnapshot_channel_id_bb600fe4" ON "analytics_daysnapshot" ("channel_id");
CREATE INDEX "analytics_daysnapshot_company_id_1462dc6a" ON "analytics_daysnapshot" ("company_id");
CREATE INDEX "analytics_daysnapshot_queue_id_08244ac0" ON "analytics_daysnapshot" ("queue_id");
CREATE INDEX "snapshot_of_day" ON "analytics_daysnapshot" ("company_id", "day");
ALTER TABLE "analytics_dirtyday" ADD CONSTRAINT "analytics_dirtyday_company_id_2db44472_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "analytics_dirtyday_company_id_2db44472" ON "analytics_dirtyday" ("company_id");
ALTER TABLE "analytics_servicespan" ADD CONSTRAINT "analytics_servicespa_attendant_id_4b3d5d0e_fk_accounts_" FOREIGN KEY ("attendant_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "analytics_servicespan" ADD CONSTRAINT "analytics_servicespa_company_id_c92b09c1_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "analytics_servicespan" ADD CONSTRAINT "analytics_servicespan_ticket_id_1b07479e_fk_queues_ticket_id" FOREIGN KEY ("ticket_id") REFERENCES "queues_ticket" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "analytics_servicespan_attendant_id_4b3d5d0e" ON "analytics_servicespan" ("attendant_id");
CREATE INDEX "analytics_servicespan_company_id_c92b09c1" ON "analytics_servicespan" ("company_id");
CREATE INDEX "analytics_servicespan_ticket_id_1b07479e" ON "analytics_servicespan" ("ticket_id");
CREATE INDEX "span_of_attendant" ON "analytics_servicespan" ("attendant_id", "started_at" DESC);
ALTER TABLE "analytics_startedhour" ADD CONSTRAINT "analytics_startedhou_channel_id_dbd70ce8_fk_omnichann" FOREIGN KEY ("channel_id") REFERENCES "omnichannel_channel" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "analytics_startedhour" ADD CONSTRAINT "analytics_startedhou_company_id_028ae178_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "analytics_startedhour_channel_id_dbd70ce8" ON "analytics_startedhour" ("channel_id");
CREATE INDEX "analytics_startedhour_company_id_028ae178" ON "analytics_startedhour" ("company_id");
ALTER TABLE "analytics_ticketfact" ADD CONSTRAINT "analytics_ticketfact_attendant_id_09ad38f5_fk_accounts_" FOREIGN KEY ("attendant_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "analytics_ticketfact" ADD CONSTRAINT "analytics_ticketfact_channel_id_5684ef52_fk_omnichann" FOREIGN KEY ("channel_id") REFERENCES "omnichannel_channel" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "analytics_ticketfact" ADD CONSTRAINT "analytics_ticketfact_company_id_e630c54b_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "analytics_ticketfact" ADD CONSTRAINT "analytics_ticketfact_contact_id_801db7a3_fk_contacts_contact_id" FOREIGN KEY ("contact_id") REFERENCES "contacts_contact" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "analytics_ticketfact" ADD CONSTRAINT "analytics_ticketfact_queue_id_9e38a4d7_fk_queues_queue_id" FOREIGN KEY ("queue_id") REFERENCES "queues_queue" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "analytics_ticketfact" ADD CONSTRAINT "analytics_ticketfact_ticket_id_ec385f27_fk_queues_ticket_id" FOREIGN KEY ("ticket_id") REFERENCES "queues_ticket" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "analytics_ticketfact_attendant_id_09ad38f5" ON "analytics_ticketfact" ("attendant_id");
CREATE INDEX "analytics_ticketfact_channel_id_5684ef52" ON "analytics_ticketfact" ("channel_id");
CREATE INDEX "analytics_ticketfact_company_id_e630c54b" ON "analytics_ticketfact" ("company_id");
CREATE INDEX "analytics_ticketfact_contact_id_801db7a3" ON "analytics_ticketfact" ("contact_id");
CREATE INDEX "analytics_ticketfact_queue_id_9e38a4d7" ON "analytics_ticketfact" ("queue_id");
CREATE INDEX "fact_entered" ON "analytics_ticketfact" ("company_id", "entered_day");
CREATE INDEX "fact_answered" ON "analytics_ticketfact" ("company_id", "answered_day");
CREATE INDEX "fact_ended" ON "analytics_ticketfact" ("company_id", "ended_day");
CREATE INDEX "fact_started" ON "analytics_ticketfact" ("company_id", "started_day") WHERE "started_day" IS NOT NULL;
CREATE INDEX "fact_response" ON "analytics_ticketfact" ("company_id", "response_day") WHERE "response_day" IS NOT NULL;
CREATE INDEX "fact_resolution" ON "analytics_ticketfact" ("company_id", "resolution_day") WHERE "resolution_day" IS NOT NULL;
CREATE TABLE "axes_accessattempt" ("id" integer NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, "user_agent" varchar(255) NOT NULL, "ip_address" inet NULL, "username" varchar(255) NULL, "trusted" boolean NOT NULL, "http_accept" varchar(1025) NOT NULL, "path_info" varchar(255) NOT NULL, "attempt_time" timestamp with time zone NOT NULL, "get_data" text NOT NULL, "post_data" text NOT NULL, "failures_since_start" integer NOT NULL CHECK ("failures_since_start" >= 0));
CREATE TABLE "axes_accesslog" ("id" integer NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, "user_agent" varchar(255) NOT NULL, "ip_address" inet NULL, "username" varchar(255) NULL, "trusted" boolean NOT NULL, "http_accept" varchar(1025) NOT NULL, "path_info" varchar(255) NOT NULL, "attempt_time" timestamp with time zone NOT NULL, "logout_time" timestamp with time zone NULL);
CREATE INDEX "axes_accessattempt_ip_address_10922d9c" ON "axes_accessattempt" ("ip_address");
CREATE INDEX "axes_accessattempt_trusted_0eddf52e" ON "axes_accessattempt" ("trusted");
CREATE INDEX "axes_accessattempt_user_agent_ad89678b" ON "axes_accessattempt" ("user_agent");
CREATE INDEX "axes_accessattempt_user_agent_ad89678b_like" ON "axes_accessattempt" ("user_agent" varchar_pattern_ops);
CREATE INDEX "axes_accessattempt_username_3f2d4ca0" ON "axes_accessattempt" ("username");
CREATE INDEX "axes_accessattempt_username_3f2d4ca0_like" ON "axes_accessattempt" ("username" varchar_pattern_ops);
CREATE INDEX "axes_accesslog_ip_address_86b417e5" ON "axes_accesslog" ("ip_address");
CREATE INDEX "axes_accesslog_trusted_496c5681" ON "axes_accesslog" ("trusted");
CREATE INDEX "axes_accesslog_user_agent_0e659004" ON "axes_accesslog" ("user_agent");
CREATE INDEX "axes_accesslog_user_agent_0e659004_like" ON "axes_accesslog" ("user_agent" varchar_pattern_ops);
CREATE INDEX "axes_accesslog_username_df93064b" ON "axes_accesslog" ("username");
CREATE INDEX "axes_accesslog_username_df93064b_like" ON "axes_accesslog" ("username" varchar_pattern_ops);
ALTER TABLE "axes_accessattempt" DROP COLUMN "trusted" CASCADE;
ALTER TABLE "axes_accesslog" DROP COLUMN "trusted" CASCADE;
ALTER TABLE "axes_accessattempt" ADD CONSTRAINT "axes_accessattempt_username_ip_address_user_agent_8ea22282_uniq" UNIQUE ("username", "ip_address", "user_agent");
CREATE TABLE "axes_accessfailurelog" ("id" integer NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, "user_agent" varchar(255) NOT NULL, "ip_address" inet NULL, "username" varchar(255) NULL, "http_accept" varchar(1025) NOT NULL, "path_info" varchar(255) NOT NULL, "attempt_time" timestamp with time zone NOT NULL, "locked_out" boolean NOT NULL);
CREATE INDEX "axes_accessfailurelog_user_agent_ea145dda" ON "axes_accessfailurelog" ("user_agent");
CREATE INDEX "axes_accessfailurelog_user_agent_ea145dda_like" ON "axes_accessfailurelog" ("user_agent" varchar_pattern_ops);
CREATE INDEX "axes_accessfailurelog_ip_address_2e9f5a7f" ON "axes_accessfailurelog" ("ip_address");
CREATE INDEX "axes_accessfailurelog_username_a8b7e8a4" ON "axes_accessfailurelog" ("username");
CREATE INDEX "axes_accessfailurelog_username_a8b7e8a4_like" ON "axes_accessfailurelog" ("username" varchar_pattern_ops);
ALTER TABLE "axes_accesslog" ADD COLUMN "session_hash" varchar(64) DEFAULT '' NOT NULL;
ALTER TABLE "axes_accesslog" ALTER COLUMN "session_hash" DROP DEFAULT;
CREATE TABLE "axes_accessattemptexpiration" ("access_attempt_id" integer NOT NULL PRIMARY KEY, "expires_at" timestamp with time zone NOT NULL);
ALTER TABLE "axes_accessattemptexpiration" ADD CONSTRAINT "axes_accessattemptex_access_attempt_id_6b73a47a_fk_axes_acce" FOREIGN KEY ("access_attempt_id") REFERENCES "axes_accessattempt" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE "bot_aiprovider" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "name" varchar(80) NOT NULL, "kind" varchar(12) NOT NULL, "base_url" varchar(200) NOT NULL, "credentials" text NOT NULL, "model" varchar(100) NOT NULL, "priced_as" varchar(100) NOT NULL, "transcription_model" varchar(100) NOT NULL, "effort" varchar(10) NOT NULL, "is_abroad" boolean NOT NULL, "region_note" varchar(200) NOT NULL, "is_active" boolean NOT NULL, "status_detail" varchar(300) NOT NULL, "capabilities" jsonb NOT NULL, "probed_at" timestamp with time zone NULL, "breaker_until" timestamp with time zone NULL, "failures" jsonb NOT NULL, "company_id" uuid NOT NULL);
CREATE TABLE "bot_aipolicy" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "may_go_abroad" boolean NOT NULL, "is_transcribing" boolean NOT NULL, "transcription_minutes_a_day" integer NOT NULL CHECK ("transcription_minutes_a_day" >= 0), "keywords" text NOT NULL, "currency" varchar(3) NOT NULL, "monthly_budget" numeric(10, 2) NULL, "daily_budget" numeric(10, 2) NULL, "calls_a_day" integer NOT NULL CHECK ("calls_a_day" >= 0), "calls_at_once" smallint NOT NULL CHECK ("calls_at_once" >= 0), "kept_days" smallint NOT NULL CHECK ("kept_days" >= 0), "warned_on" varchar(20) NOT NULL, "company_id" uuid NOT NULL, "transcriber_id" uuid NULL, "writer_id" uuid NULL);
CREATE TABLE "bot_aideparture" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "use" varchar(16) NOT NULL, "call_id" uuid NULL, "vendor_host" varchar(200) NOT NULL, "sent" text NOT NULL, "answered" text NOT NULL, "masked_count" smallint NOT NULL CHECK ("masked_count" >= 0), "trouble" varchar(24) NOT NULL, "company_id" uuid NOT NULL, "conversation_id" uuid NULL, "provider_id" uuid NULL);
CREATE TABLE "bot_airate" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "model" varchar(100) NOT NULL, "valid_from" date NOT NULL, "currency" varchar(3) NOT NULL, "given_price" numeric(12, 6) NOT NULL, "cached_price" numeric(12, 6) NOT NULL, "written_price" numeric(12, 6) NOT NULL, "made_price" numeric(12, 6) NOT NULL, "minute_price" numeric(12, 6) NOT NULL, "ends_on" date NULL, "is_confirmed" boolean NOT NULL, "source" varchar(200) NOT NULL, "company_id" uuid NOT NULL);
CREATE TABLE "bot_aiusage" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "use" varchar(16) NOT NULL, "model" varchar(100) NOT NULL, "day" date NOT NULL, "call_id" uuid NULL, "request_id" varchar(100) NOT NULL, "given" integer NOT NULL CHECK ("given" >= 0), "cached" integer NOT NULL CHECK ("cached" >= 0), "made" integer NOT NULL CHECK ("made" >= 0), "seconds" integer NOT NULL CHECK ("seconds" >= 0), "cost" numeric(14, 8) NULL, "currency" varchar(3) NOT NULL, "ms" integer NOT NULL CHECK ("ms" >= 0), "trouble" varchar(24) NOT NULL, "channel_id" uuid NULL, "company_id" uuid NOT NULL, "conversation_id" uuid NULL, "provider_id" uuid NULL);
CREATE TABLE "bot_transcription" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "state" varchar(12) DEFAULT 'aguardando' NOT NULL, "error" varchar(200) NOT NULL, "attempts" smallint NOT NULL CHECK ("attempts" >= 0), "due_at" timestamp with time zone NOT NULL, "seconds" integer NOT NULL CHECK ("seconds" >= 0), "language" varchar(12) NOT NULL, "doubts" jsonb NOT NULL, "model" varchar(100) NOT NULL, "attachment_id" uuid NOT NULL UNIQUE, "company_id" uuid NOT NULL, "edited_by_id" uuid NULL, "provider_id" uuid NULL);
CREATE TABLE "bot_aiclaim" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "use" varchar(16) NOT NULL, "most" numeric(14, 8) NOT NULL, "seconds" integer NOT NULL CHECK ("seconds" >= 0), "expires_at" timestamp with time zone NOT NULL, "company_id" uuid NOT NULL);
ALTER TABLE "bot_aiprovider" ADD CONSTRAINT "ai_provider_name" UNIQUE ("company_id", "name");
ALTER TABLE "bot_aipolicy" ADD CONSTRAINT "ai_policy_once" UNIQUE ("company_id");
CREATE INDEX "ai_departure_recent" ON "bot_aideparture" ("company_id", "created_at" DESC);
CREATE INDEX "ai_departure_of_talk" ON "bot_aideparture" ("conversation_id");
ALTER TABLE "bot_airate" ADD CONSTRAINT "ai_rate_once" UNIQUE ("company_id", "model", "valid_from");
ALTER TABLE "bot_airate" ADD CONSTRAINT "ai_rate_not_negative" CHECK (("given_price" >= 0 AND "made_price" >= 0 AND "minute_price" >= 0 AND "cached_price" >= 0 AND "written_price" >= 0));
CREATE INDEX "ai_usage_of_day" ON "bot_aiusage" ("company_id", "day", "use") INCLUDE ("cost", "currency", "seconds");
CREATE INDEX "ai_usage_of_talk" ON "bot_aiusage" ("conversation_id");
CREATE INDEX "transcription_due" ON "bot_transcription" ("due_at") WHERE "state" IN ('aguardando', 'em_andamento');
CREATE FUNCTION bot_aiusage_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'bot_aiusage is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER ai_usage_append_only BEFORE UPDATE OR DELETE ON bot_aiusage
    FOR EACH ROW EXECUTE FUNCTION bot_aiusage_is_append_only();
ALTER TABLE bot_aiusage ENABLE ALWAYS TRIGGER ai_usage_append_only;
ALTER TABLE "bot_aiprovider" ADD CONSTRAINT "bot_aiprovider_company_id_3035a335_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "bot_aiprovider_company_id_3035a335" ON "bot_aiprovider" ("company_id");
ALTER TABLE "bot_aipolicy" ADD CONSTRAINT "bot_aipolicy_company_id_24a4f800_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_aipolicy" ADD CONSTRAINT "bot_aipolicy_transcriber_id_d95d775a_fk_bot_aiprovider_id" FOREIGN KEY ("transcriber_id") REFERENCES "bot_aiprovider" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_aipolicy" ADD CONSTRAINT "bot_aipolicy_writer_id_80f28f67_fk_bot_aiprovider_id" FOREIGN KEY ("writer_id") REFERENCES "bot_aiprovider" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "bot_aipolicy_company_id_24a4f800" ON "bot_aipolicy" ("company_id");
CREATE INDEX "bot_aipolicy_transcriber_id_d95d775a" ON "bot_aipolicy" ("transcriber_id");
CREATE INDEX "bot_aipolicy_writer_id_80f28f67" ON "bot_aipolicy" ("writer_id");
ALTER TABLE "bot_aideparture" ADD CONSTRAINT "bot_aideparture_company_id_b9b9d1b0_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_aideparture" ADD CONSTRAINT "bot_aideparture_conversation_id_501a4972_fk_omnichann" FOREIGN KEY ("conversation_id") REFERENCES "omnichannel_conversation" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_aideparture" ADD CONSTRAINT "bot_aideparture_provider_id_78504573_fk_bot_aiprovider_id" FOREIGN KEY ("provider_id") REFERENCES "bot_aiprovider" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "bot_aideparture_company_id_b9b9d1b0" ON "bot_aideparture" ("company_id");
CREATE INDEX "bot_aideparture_conversation_id_501a4972" ON "bot_aideparture" ("conversation_id");
CREATE INDEX "bot_aideparture_provider_id_78504573" ON "bot_aideparture" ("provider_id");
ALTER TABLE "bot_airate" ADD CONSTRAINT "bot_airate_company_id_0c013c0b_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "bot_airate_company_id_0c013c0b" ON "bot_airate" ("company_id");
ALTER TABLE "bot_aiusage" ADD CONSTRAINT "bot_aiusage_company_id_0f947c8e_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "bot_aiusage_channel_id_91e30c81" ON "bot_aiusage" ("channel_id");
CREATE INDEX "bot_aiusage_company_id_0f947c8e" ON "bot_aiusage" ("company_id");
CREATE INDEX "bot_aiusage_conversation_id_5c50c60b" ON "bot_aiusage" ("conversation_id");
CREATE INDEX "bot_aiusage_provider_id_aa4394e8" ON "bot_aiusage" ("provider_id");
ALTER TABLE "bot_transcription" ADD CONSTRAINT "bot_transcription_attachment_id_19dd98e1_fk_omnichann" FOREIGN KEY ("attachment_id") REFERENCES "omnichannel_attachment" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_transcription" ADD CONSTRAINT "bot_transcription_company_id_3dabc57f_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_transcription" ADD CONSTRAINT "bot_transcription_edited_by_id_b89ba877_fk_accounts_" FOREIGN KEY ("edited_by_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_transcription" ADD CONSTRAINT "bot_transcription_provider_id_9186f3bc_fk_bot_aiprovider_id" FOREIGN KEY ("provider_id") REFERENCES "bot_aiprovider" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "bot_transcription_company_id_3dabc57f" ON "bot_transcription" ("company_id");
CREATE INDEX "bot_transcription_edited_by_id_b89ba877" ON "bot_transcription" ("edited_by_id");
CREATE INDEX "bot_transcription_provider_id_9186f3bc" ON "bot_transcription" ("provider_id");
ALTER TABLE "bot_aiclaim" ADD CONSTRAINT "bot_aiclaim_company_id_c7137052_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "bot_aiclaim_company_id_c7137052" ON "bot_aiclaim" ("company_id");
CREATE INDEX "ai_claim_open" ON "bot_aiclaim" ("company_id", "expires_at");
CREATE TABLE "bot_assistant" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "name" varchar(60) NOT NULL, "mode" varchar(20) NOT NULL, "greeting" varchar(200) NOT NULL, "emergency_words" text NOT NULL, "session_turns" smallint NOT NULL CHECK ("session_turns" >= 0), "person_daily" smallint NOT NULL CHECK ("person_daily" >= 0), "monthly_turns" integer NULL CHECK ("monthly_turns" >= 0), "close_after_hours" smallint NULL CHECK ("close_after_hours" >= 0), "answers_campaigns" boolean NOT NULL, "takes_again" boolean NOT NULL, "calendar_id" uuid NULL, "company_id" uuid NOT NULL, "queue_id" uuid NULL);
CREATE TABLE "bot_assistantchannel" ("id" uuid NOT NULL PRIMARY KEY, "assistant_id" uuid NOT NULL, "channel_id" uuid NOT NULL UNIQUE);
CREATE TABLE "bot_assistantversion" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "number" integer NOT NULL CHECK ("number" >= 0), "settings" jsonb NOT NULL, "entries" jsonb NOT NULL, "result" jsonb NOT NULL, "assistant_id" uuid NOT NULL, "author_id" uuid NULL, "company_id" uuid NOT NULL);
ALTER TABLE "bot_assistant" ADD COLUMN "version_id" uuid NULL CONSTRAINT "bot_assistant_version_id_ab44aadf_fk_bot_assistantversion_id" REFERENCES "bot_assistantversion"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "bot_assistant_version_id_ab44aadf_fk_bot_assistantversion_id" IMMEDIATE;
CREATE TABLE "bot_botpause" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "until" timestamp with time zone NULL, "by_id" uuid NULL, "company_id" uuid NOT NULL, "contact_id" uuid NOT NULL UNIQUE);
CREATE TABLE "bot_botsession" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "is_shadow" boolean NOT NULL, "state" varchar(12) NOT NULL, "epoch" integer NOT NULL CHECK ("epoch" >= 0), "due_at" timestamp with time zone NULL, "waits_since" timestamp with time zone NULL, "first_seq" bigint NULL CHECK ("first_seq" >= 0), "turn_count" smallint NOT NULL CHECK ("turn_count" >= 0), "misses" smallint NOT NULL CHECK ("misses" >= 0), "restarts" smallint NOT NULL CHECK ("restarts" >= 0), "quick_count" smallint NOT NULL CHECK ("quick_count" >= 0), "voice_count" smallint NOT NULL CHECK ("voice_count" >= 0), "is_disclosed" boolean NOT NULL, "offered" jsonb NOT NULL, "outcome" varchar(12) NOT NULL, "reason" varchar(20) NOT NULL, "ended_at" timestamp with time zone NULL, "assistant_id" uuid NOT NULL, "company_id" uuid NOT NULL, "conversation_id" uuid NOT NULL, "version_id" uuid NULL);
CREATE TABLE "bot_evalrun" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "total" integer NOT NULL CHECK ("total" >= 0), "passed" integer NOT NULL CHECK ("passed" >= 0), "safety_failed" integer NOT NULL CHECK ("safety_failed" >= 0), "failures" jsonb NOT NULL, "assistant_id" uuid NOT NULL, "by_id" uuid NULL, "company_id" uuid NOT NULL);
CREATE TABLE "bot_knowledgecategory" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "name" varchar(60) NOT NULL, "company_id" uuid NOT NULL, "queue_id" uuid NULL);
CREATE TABLE "bot_knowledgeentry" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "question" varchar(200) NOT NULL, "label" varchar(20) NOT NULL, "answer" text NOT NULL, "status" varchar(12) NOT NULL, "use" varchar(12) NOT NULL, "is_featured" boolean NOT NULL, "valid_from" date NULL, "valid_until" date NULL, "origin" varchar(20) NOT NULL, "category_id" uuid NULL, "company_id" uuid NOT NULL);
CREATE TABLE "bot_evalcase" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "text" varchar(500) NOT NULL, "expects" varchar(20) NOT NULL, "reason" varchar(20) NOT NULL, "is_safety" boolean NOT NULL, "company_id" uuid NOT NULL, "entry_id" uuid NULL);
CREATE TABLE "bot_botturn" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "epoch" integer NOT NULL CHECK ("epoch" >= 0), "seq_from" bigint NOT NULL CHECK ("seq_from" >= 0), "seq_to" bigint NOT NULL CHECK ("seq_to" >= 0), "state" varchar(12) NOT NULL, "attempts" smallint NOT NULL CHECK ("attempts" >= 0), "lease_until" timestamp with time zone NOT NULL, "act" varchar(12) NOT NULL, "band" varchar(12) NOT NULL, "reason" varchar(20) NOT NULL, "text" text NOT NULL, "candidates" jsonb NOT NULL, "steps" jsonb NOT NULL, "error" varchar(200) NOT NULL, "ended_at" timestamp with time zone NULL, "company_id" uuid NOT NULL, "message_id" uuid NULL, "session_id" uuid NOT NULL, "entry_id" uuid NULL);
CREATE TABLE "bot_phrase" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "kind" varchar(12) NOT NULL, "text" varchar(900) NOT NULL, "vector" bytea NULL, "model" varchar(40) NOT NULL, "company_id" uuid NOT NULL, "entry_id" uuid NOT NULL);
ALTER TABLE "bot_assistantversion" ADD CONSTRAINT "version_number_once" UNIQUE ("assistant_id", "number");
CREATE UNIQUE INDEX "assistant_name_once" ON "bot_assistant" ("company_id", (UPPER("name")));
CREATE INDEX "bot_session_due" ON "bot_botsession" ("due_at") WHERE ("due_at" IS NOT NULL AND "state" = 'ouvindo');
CREATE INDEX "bot_session_quiet" ON "bot_botsession" ("updated_at") WHERE "state" = 'ouvindo';
CREATE INDEX "bot_session_newest" ON "bot_botsession" ("company_id", "created_at" DESC);
CREATE UNIQUE INDEX "bot_session_one_open" ON "bot_botsession" ("conversation_id") WHERE "state" IN ('ouvindo', 'pensando');
CREATE UNIQUE INDEX "knowledge_category_once" ON "bot_knowledgecategory" ("company_id", (UPPER("name")));
CREATE INDEX "entry_changed" ON "bot_knowledgeentry" ("company_id", "updated_at");
CREATE UNIQUE INDEX "entry_question_once" ON "bot_knowledgeentry" ("company_id", (UPPER("question")));
CREATE INDEX "bot_turn_lease" ON "bot_botturn" ("lease_until") WHERE "state" = 'correndo';
CREATE INDEX "bot_turn_newest" ON "bot_botturn" ("company_id", "created_at" DESC);
CREATE UNIQUE INDEX "bot_turn_one_running" ON "bot_botturn" ("session_id") WHERE "state" = 'correndo';
CREATE INDEX "phrase_to_embed" ON "bot_phrase" ("created_at") WHERE "vector" IS NULL;
ALTER TABLE "bot_assistant" ADD CONSTRAINT "bot_assistant_calendar_id_8574bac5_fk_accounts_" FOREIGN KEY ("calendar_id") REFERENCES "accounts_businesscalendar" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_assistant" ADD CONSTRAINT "bot_assistant_company_id_5e456283_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_assistant" ADD CONSTRAINT "bot_assistant_queue_id_56fba70f_fk_queues_queue_id" FOREIGN KEY ("queue_id") REFERENCES "queues_queue" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "bot_assistant_calendar_id_8574bac5" ON "bot_assistant" ("calendar_id");
CREATE INDEX "bot_assistant_company_id_5e456283" ON "bot_assistant" ("company_id");
CREATE INDEX "bot_assistant_queue_id_56fba70f" ON "bot_assistant" ("queue_id");
ALTER TABLE "bot_assistantchannel" ADD CONSTRAINT "bot_assistantchannel_assistant_id_9be17c5b_fk_bot_assistant_id" FOREIGN KEY ("assistant_id") REFERENCES "bot_assistant" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_assistantchannel" ADD CONSTRAINT "bot_assistantchannel_channel_id_73eac2a7_fk_omnichann" FOREIGN KEY ("channel_id") REFERENCES "omnichannel_channel" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "bot_assistantchannel_assistant_id_9be17c5b" ON "bot_assistantchannel" ("assistant_id");
ALTER TABLE "bot_assistantversion" ADD CONSTRAINT "bot_assistantversion_assistant_id_58ae1279_fk_bot_assistant_id" FOREIGN KEY ("assistant_id") REFERENCES "bot_assistant" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_assistantversion" ADD CONSTRAINT "bot_assistantversion_author_id_891b6a5b_fk_accounts_" FOREIGN KEY ("author_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_assistantversion" ADD CONSTRAINT "bot_assistantversion_company_id_d3b66644_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "bot_assistantversion_assistant_id_58ae1279" ON "bot_assistantversion" ("assistant_id");
CREATE INDEX "bot_assistantversion_author_id_891b6a5b" ON "bot_assistantversion" ("author_id");
CREATE INDEX "bot_assistantversion_company_id_d3b66644" ON "bot_assistantversion" ("company_id");
CREATE INDEX "bot_assistant_version_id_ab44aadf" ON "bot_assistant" ("version_id");
ALTER TABLE "bot_botpause" ADD CONSTRAINT "bot_botpause_by_id_e9f36cef_fk_accounts_membership_id" FOREIGN KEY ("by_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_botpause" ADD CONSTRAINT "bot_botpause_company_id_4df052b3_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_botpause" ADD CONSTRAINT "bot_botpause_contact_id_12072053_fk_contacts_contact_id" FOREIGN KEY ("contact_id") REFERENCES "contacts_contact" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "bot_botpause_by_id_e9f36cef" ON "bot_botpause" ("by_id");
CREATE INDEX "bot_botpause_company_id_4df052b3" ON "bot_botpause" ("company_id");
ALTER TABLE "bot_botsession" ADD CONSTRAINT "bot_botsession_assistant_id_8ce6dec3_fk_bot_assistant_id" FOREIGN KEY ("assistant_id") REFERENCES "bot_assistant" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_botsession" ADD CONSTRAINT "bot_botsession_company_id_f2c159ca_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_botsession" ADD CONSTRAINT "bot_botsession_conversation_id_d77cd5ca_fk_omnichann" FOREIGN KEY ("conversation_id") REFERENCES "omnichannel_conversation" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_botsession" ADD CONSTRAINT "bot_botsession_version_id_94b64122_fk_bot_assistantversion_id" FOREIGN KEY ("version_id") REFERENCES "bot_assistantversion" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "bot_botsession_assistant_id_8ce6dec3" ON "bot_botsession" ("assistant_id");
CREATE INDEX "bot_botsession_company_id_f2c159ca" ON "bot_botsession" ("company_id");
CREATE INDEX "bot_botsession_conversation_id_d77cd5ca" ON "bot_botsession" ("conversation_id");
CREATE INDEX "bot_botsession_version_id_94b64122" ON "bot_botsession" ("version_id");
ALTER TABLE "bot_evalrun" ADD CONSTRAINT "bot_evalrun_assistant_id_4dec72e0_fk_bot_assistant_id" FOREIGN KEY ("assistant_id") REFERENCES "bot_assistant" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_evalrun" ADD CONSTRAINT "bot_evalrun_by_id_3311c34c_fk_accounts_membership_id" FOREIGN KEY ("by_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_evalrun" ADD CONSTRAINT "bot_evalrun_company_id_650bc495_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "bot_evalrun_assistant_id_4dec72e0" ON "bot_evalrun" ("assistant_id");
CREATE INDEX "bot_evalrun_by_id_3311c34c" ON "bot_evalrun" ("by_id");
CREATE INDEX "bot_evalrun_company_id_650bc495" ON "bot_evalrun" ("company_id");
ALTER TABLE "bot_knowledgecategory" ADD CONSTRAINT "bot_knowledgecategor_company_id_2fb8e195_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_knowledgecategory" ADD CONSTRAINT "bot_knowledgecategory_queue_id_3527cefe_fk_queues_queue_id" FOREIGN KEY ("queue_id") REFERENCES "queues_queue" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "bot_knowledgecategory_company_id_2fb8e195" ON "bot_knowledgecategory" ("company_id");
CREATE INDEX "bot_knowledgecategory_queue_id_3527cefe" ON "bot_knowledgecategory" ("queue_id");
ALTER TABLE "bot_knowledgeentry" ADD CONSTRAINT "bot_knowledgeentry_category_id_280c430b_fk_bot_knowl" FOREIGN KEY ("category_id") REFERENCES "bot_knowledgecategory" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_knowledgeentry" ADD CONSTRAINT "bot_knowledgeentry_company_id_560084cb_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "bot_knowledgeentry_category_id_280c430b" ON "bot_knowledgeentry" ("category_id");
CREATE INDEX "bot_knowledgeentry_company_id_560084cb" ON "bot_knowledgeentry" ("company_id");
ALTER TABLE "bot_evalcase" ADD CONSTRAINT "bot_evalcase_company_id_266938d8_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_evalcase" ADD CONSTRAINT "bot_evalcase_entry_id_1832c45a_fk_bot_knowledgeentry_id" FOREIGN KEY ("entry_id") REFERENCES "bot_knowledgeentry" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "bot_evalcase_company_id_266938d8" ON "bot_evalcase" ("company_id");
CREATE INDEX "bot_evalcase_entry_id_1832c45a" ON "bot_evalcase" ("entry_id");
ALTER TABLE "bot_botturn" ADD CONSTRAINT "bot_botturn_company_id_d325df82_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_botturn" ADD CONSTRAINT "bot_botturn_message_id_07821171_fk_omnichannel_message_id" FOREIGN KEY ("message_id") REFERENCES "omnichannel_message" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_botturn" ADD CONSTRAINT "bot_botturn_session_id_780cdd3f_fk_bot_botsession_id" FOREIGN KEY ("session_id") REFERENCES "bot_botsession" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_botturn" ADD CONSTRAINT "bot_botturn_entry_id_1905e1c1_fk_bot_knowledgeentry_id" FOREIGN KEY ("entry_id") REFERENCES "bot_knowledgeentry" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "bot_botturn_company_id_d325df82" ON "bot_botturn" ("company_id");
CREATE INDEX "bot_botturn_message_id_07821171" ON "bot_botturn" ("message_id");
CREATE INDEX "bot_botturn_session_id_780cdd3f" ON "bot_botturn" ("session_id");
CREATE INDEX "bot_botturn_entry_id_1905e1c1" ON "bot_botturn" ("entry_id");
ALTER TABLE "bot_phrase" ADD CONSTRAINT "bot_phrase_company_id_c4d72218_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_phrase" ADD CONSTRAINT "bot_phrase_entry_id_539bc32d_fk_bot_knowledgeentry_id" FOREIGN KEY ("entry_id") REFERENCES "bot_knowledgeentry" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "bot_phrase_company_id_c4d72218" ON "bot_phrase" ("company_id");
CREATE INDEX "bot_phrase_entry_id_539bc32d" ON "bot_phrase" ("entry_id");
ALTER TABLE "bot_evalcase" ADD COLUMN "contact_id" uuid NULL CONSTRAINT "bot_evalcase_contact_id_1e33fc75_fk_contacts_contact_id" REFERENCES "contacts_contact"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "bot_evalcase_contact_id_1e33fc75_fk_contacts_contact_id" IMMEDIATE;
CREATE TABLE "bot_botsuggestion" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "for_seq" bigint NOT NULL CHECK ("for_seq" >= 0), "origin" varchar(12) NOT NULL, "text" text NOT NULL, "score" double precision NULL, "state" varchar(12) NOT NULL, "by_id" uuid NULL, "company_id" uuid NOT NULL, "conversation_id" uuid NOT NULL, "entry_id" uuid NULL, CONSTRAINT "suggestion_entry_once" UNIQUE ("conversation_id", "for_seq", "entry_id"));
CREATE INDEX "bot_evalcase_contact_id_1e33fc75" ON "bot_evalcase" ("contact_id");
ALTER TABLE "bot_botsuggestion" ADD CONSTRAINT "bot_botsuggestion_by_id_d93b86d7_fk_accounts_membership_id" FOREIGN KEY ("by_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_botsuggestion" ADD CONSTRAINT "bot_botsuggestion_company_id_807fb1d4_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_botsuggestion" ADD CONSTRAINT "bot_botsuggestion_conversation_id_3e880d27_fk_omnichann" FOREIGN KEY ("conversation_id") REFERENCES "omnichannel_conversation" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_botsuggestion" ADD CONSTRAINT "bot_botsuggestion_entry_id_bd4b4923_fk_bot_knowledgeentry_id" FOREIGN KEY ("entry_id") REFERENCES "bot_knowledgeentry" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "bot_botsuggestion_by_id_d93b86d7" ON "bot_botsuggestion" ("by_id");
CREATE INDEX "bot_botsuggestion_company_id_807fb1d4" ON "bot_botsuggestion" ("company_id");
CREATE INDEX "bot_botsuggestion_conversation_id_3e880d27" ON "bot_botsuggestion" ("conversation_id");
CREATE INDEX "bot_botsuggestion_entry_id_bd4b4923" ON "bot_botsuggestion" ("entry_id");
CREATE INDEX "suggestion_open" ON "bot_botsuggestion" ("conversation_id") WHERE "state" = 'oferecida';
CREATE INDEX "suggestion_newest" ON "bot_botsuggestion" ("company_id", "created_at" DESC);
ALTER TABLE "bot_assistant" ADD COLUMN "rewrites" boolean DEFAULT true NOT NULL;
ALTER TABLE "bot_assistant" ALTER COLUMN "rewrites" DROP DEFAULT;
ALTER TABLE "bot_botsuggestion" ADD COLUMN "style" varchar(12) DEFAULT '' NOT NULL;
ALTER TABLE "bot_botsuggestion" ALTER COLUMN "style" DROP DEFAULT;
CREATE TABLE "bot_talkreading" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "kind" varchar(12) NOT NULL, "value" varchar(100) NOT NULL, "reason" varchar(300) NOT NULL, "origin" varchar(8) NOT NULL, "for_seq" bigint NOT NULL CHECK ("for_seq" >= 0), "by_id" uuid NULL, "company_id" uuid NOT NULL, "conversation_id" uuid NOT NULL);
CREATE FUNCTION bot_talkreading_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'bot_talkreading is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER reading_is_kept BEFORE UPDATE OF kind, value, reason, origin, for_seq ON bot_talkreading
    FOR EACH ROW EXECUTE FUNCTION bot_talkreading_is_kept();
ALTER TABLE bot_talkreading ENABLE ALWAYS TRIGGER reading_is_kept;
ALTER TABLE "bot_talkreading" ADD CONSTRAINT "bot_talkreading_by_id_9b015996_fk_accounts_membership_id" FOREIGN KEY ("by_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_talkreading" ADD CONSTRAINT "bot_talkreading_company_id_67c8b2fc_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "bot_talkreading" ADD CONSTRAINT "bot_talkreading_conversation_id_7d03046f_fk_omnichann" FOREIGN KEY ("conversation_id") REFERENCES "omnichannel_conversation" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "bot_talkreading_by_id_9b015996" ON "bot_talkreading" ("by_id");
CREATE INDEX "bot_talkreading_company_id_67c8b2fc" ON "bot_talkreading" ("company_id");
CREATE INDEX "bot_talkreading_conversation_id_7d03046f" ON "bot_talkreading" ("conversation_id");
CREATE INDEX "reading_of_talk" ON "bot_talkreading" ("conversation_id", "created_at" DESC);
CREATE INDEX "reading_by_origin" ON "bot_talkreading" ("company_id", "origin");
CREATE TABLE "campaigns_campaign" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "name" varchar(255) NOT NULL, "description" text NOT NULL, "kind" varchar(20) NOT NULL, "channel_kind" varchar(20) NOT NULL, "status" varchar(12) NOT NULL, "pause_reason" varchar(20) NOT NULL, "failures_accepted" integer NOT NULL CHECK ("failures_accepted" >= 0), "pause_detail" varchar(300) NOT NULL, "filters" jsonb NOT NULL, "audience_state" varchar(10) NOT NULL, "audience_error" varchar(300) NOT NULL, "built_at" timestamp with time zone NULL, "scheduled_at" timestamp with time zone NULL, "started_at" timestamp with time zone NULL, "finished_at" timestamp with time zone NULL, "quiet_from" time NOT NULL, "quiet_until" time NOT NULL, "rate" smallint NOT NULL CHECK ("rate" >= 0), "frequency_days" smallint NOT NULL CHECK ("frequency_days" >= 0), "failure_limit" smallint NOT NULL CHECK ("failure_limit" >= 0), "follows_capacity" boolean NOT NULL, "expected_replies" smallint NOT NULL CHECK ("expected_replies" >= 0), "winner_rule" varchar(10) NOT NULL, "forecast_cost" numeric(14, 6) NULL, "currency" varchar(3) NOT NULL, "author_id" uuid NULL, "calendar_id" uuid NULL, "channel_id" uuid NULL, "company_id" uuid NOT NULL, "reply_queue_id" uuid NULL, "segment_id" uuid NULL);
CREATE TABLE "campaigns_campaignvariant" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "letter" varchar(1) NOT NULL, "text" text NOT NULL, "variables" jsonb NOT NULL, "campaign_id" uuid NOT NULL, "company_id" uuid NOT NULL, "template_id" uuid NULL);
CREATE TABLE "campaigns_listedperson" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "line" integer NOT NULL CHECK ("line" >= 0), "raw" varchar(64) NOT NULL, "given" jsonb NOT NULL, "campaign_id" uuid NOT NULL, "company_id" uuid NOT NULL, "contact_id" uuid NULL);
CREATE TABLE "campaigns_numberpace" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "next_at" timestamp with time zone NOT NULL, "slow_until" timestamp with time zone NULL, "slow_count" smallint NOT NULL CHECK ("slow_count" >= 0), "channel_id" uuid NOT NULL UNIQUE, "company_id" uuid NOT NULL);
CREATE TABLE "campaigns_recipient" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "letter" varchar(1) NOT NULL, "status" varchar(12) NOT NULL, "left_out" varchar(20) NOT NULL, "phone" varchar(20) NOT NULL, "user_id" varchar(255) NOT NULL, "market" varchar(2) NOT NULL, "given" jsonb NULL, "values" jsonb NULL, "attempts" smallint NOT NULL CHECK ("attempts" >= 0), "send_after" timestamp with time zone NOT NULL, "claimed_at" timestamp with time zone NULL, "external_id" varchar(255) NOT NULL, "error_code" varchar(60) NOT NULL, "error_detail" varchar(300) NOT NULL, "pricing" jsonb NULL, "sent_at" timestamp with time zone NULL, "delivered_at" timestamp with time zone NULL, "read_at" timestamp with time zone NULL, "replied_at" timestamp with time zone NULL, "reply_text" text NOT NULL, "campaign_id" uuid NOT NULL, "company_id" uuid NOT NULL, "contact_id" uuid NOT NULL, "conversation_id" uuid NULL);
CREATE INDEX "campaign_recent" ON "campaigns_campaign" ("company_id", "created_at" DESC);
CREATE INDEX "campaign_alive" ON "campaigns_campaign" ("status", "channel_id") WHERE "status" IN ('agendada', 'em_execucao');
ALTER TABLE "campaigns_campaignvariant" ADD CONSTRAINT "campaign_variant_once" UNIQUE ("campaign_id", "letter");
ALTER TABLE "campaigns_campaignvariant" ADD CONSTRAINT "campaign_variant_letter" CHECK ("letter" IN ('A', 'B', 'C', 'D', 'E'));
ALTER TABLE "campaigns_listedperson" ADD CONSTRAINT "campaign_line_once" UNIQUE ("campaign_id", "line");
CREATE INDEX "recipient_waiting" ON "campaigns_recipient" ("campaign_id", "send_after", "id") WHERE "status" = 'pendente';
CREATE INDEX "recipient_in_the_air" ON "campaigns_recipient" ("campaign_id", "claimed_at") WHERE "status" IN ('enviando', 'incerto');
CREATE INDEX "recipient_by_status" ON "campaigns_recipient" ("campaign_id", "status", "id");
CREATE INDEX "recipient_of_contact" ON "campaigns_recipient" ("contact_id", "claimed_at" DESC);
CREATE INDEX "recipient_external" ON "campaigns_recipient" ("external_id") WHERE NOT ("external_id" = '');
CREATE INDEX "recipient_conversation" ON "campaigns_recipient" ("conversation_id") WHERE "conversation_id" IS NOT NULL;
ALTER TABLE "campaigns_recipient" ADD CONSTRAINT "recipient_once" UNIQUE ("campaign_id", "contact_id");
ALTER TABLE "campaigns_campaign" ADD CONSTRAINT "campaigns_campaign_author_id_75edaa7d_fk_accounts_membership_id" FOREIGN KEY ("author_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "campaigns_campaign" ADD CONSTRAINT "campaigns_campaign_calendar_id_fb965c28_fk_accounts_" FOREIGN KEY ("calendar_id") REFERENCES "accounts_businesscalendar" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "campaigns_campaign" ADD CONSTRAINT "campaigns_campaign_channel_id_7d1bbe29_fk_omnichann" FOREIGN KEY ("channel_id") REFERENCES "omnichannel_channel" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "campaigns_campaign" ADD CONSTRAINT "campaigns_campaign_company_id_2418a4a3_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "campaigns_campaign" ADD CONSTRAINT "campaigns_campaign_reply_queue_id_d498d2be_fk_queues_queue_id" FOREIGN KEY ("reply_queue_id") REFERENCES "queues_queue" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "campaigns_campaign" ADD CONSTRAINT "campaigns_campaign_segment_id_d271406e_fk_contacts_segment_id" FOREIGN KEY ("segment_id") REFERENCES "contacts_segment" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "campaigns_campaign_author_id_75edaa7d" ON "campaigns_campaign" ("author_id");
CREATE INDEX "campaigns_campaign_calendar_id_fb965c28" ON "campaigns_campaign" ("calendar_id");
CREATE INDEX "campaigns_campaign_channel_id_7d1bbe29" ON "campaigns_campaign" ("channel_id");
CREATE INDEX "campaigns_campaign_company_id_2418a4a3" ON "campaigns_campaign" ("company_id");
CREATE INDEX "campaigns_campaign_reply_queue_id_d498d2be" ON "campaigns_campaign" ("reply_queue_id");
CREATE INDEX "campaigns_campaign_segment_id_d271406e" ON "campaigns_campaign" ("segment_id");
ALTER TABLE "campaigns_campaignvariant" ADD CONSTRAINT "campaigns_campaignva_campaign_id_c658a2b6_fk_campaigns" FOREIGN KEY ("campaign_id") REFERENCES "campaigns_campaign" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "campaigns_campaignvariant" ADD CONSTRAINT "campaigns_campaignva_company_id_c3c8c963_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "campaigns_campaignvariant" ADD CONSTRAINT "campaigns_campaignva_template_id_1eec8098_fk_omnichann" FOREIGN KEY ("template_id") REFERENCES "omnichannel_template" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "campaigns_campaignvariant_campaign_id_c658a2b6" ON "campaigns_campaignvariant" ("campaign_id");
CREATE INDEX "campaigns_campaignvariant_company_id_c3c8c963" ON "campaigns_campaignvariant" ("company_id");
CREATE INDEX "campaigns_campaignvariant_template_id_1eec8098" ON "campaigns_campaignvariant" ("template_id");
ALTER TABLE "campaigns_listedperson" ADD CONSTRAINT "campaigns_listedpers_campaign_id_8e7d267d_fk_campaigns" FOREIGN KEY ("campaign_id") REFERENCES "campaigns_campaign" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "campaigns_listedperson" ADD CONSTRAINT "campaigns_listedpers_company_id_c4952906_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "campaigns_listedperson" ADD CONSTRAINT "campaigns_listedpers_contact_id_36d046ab_fk_contacts_" FOREIGN KEY ("contact_id") REFERENCES "contacts_contact" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "campaigns_listedperson_campaign_id_8e7d267d" ON "campaigns_listedperson" ("campaign_id");
CREATE INDEX "campaigns_listedperson_company_id_c4952906" ON "campaigns_listedperson" ("company_id");
CREATE INDEX "campaigns_listedperson_contact_id_36d046ab" ON "campaigns_listedperson" ("contact_id");
ALTER TABLE "campaigns_numberpace" ADD CONSTRAINT "campaigns_numberpace_channel_id_3ce3c1d6_fk_omnichann" FOREIGN KEY ("channel_id") REFERENCES "omnichannel_channel" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "campaigns_numberpace" ADD CONSTRAINT "campaigns_numberpace_company_id_19875c49_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "campaigns_numberpace_company_id_19875c49" ON "campaigns_numberpace" ("company_id");
ALTER TABLE "campaigns_recipient" ADD CONSTRAINT "campaigns_recipient_campaign_id_20a372e5_fk_campaigns" FOREIGN KEY ("campaign_id") REFERENCES "campaigns_campaign" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "campaigns_recipient" ADD CONSTRAINT "campaigns_recipient_company_id_0af04f17_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "campaigns_recipient" ADD CONSTRAINT "campaigns_recipient_contact_id_34f5e802_fk_contacts_contact_id" FOREIGN KEY ("contact_id") REFERENCES "contacts_contact" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "campaigns_recipient" ADD CONSTRAINT "campaigns_recipient_conversation_id_9650bfe9_fk_omnichann" FOREIGN KEY ("conversation_id") REFERENCES "omnichannel_conversation" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "campaigns_listedperson" ADD COLUMN "phone" varchar(20) DEFAULT '' NOT NULL;
ALTER TABLE "campaigns_campaign" ADD COLUMN "list_error" varchar(300) DEFAULT '' NOT NULL;
ALTER TABLE "campaigns_campaign" ADD COLUMN "list_file" varchar(255) DEFAULT '' NOT NULL;
ALTER TABLE "campaigns_campaign" ALTER COLUMN "list_file" DROP DEFAULT;
ALTER TABLE "campaigns_campaign" ADD COLUMN "list_wish" jsonb NULL;
ALTER TABLE "campaigns_listedperson" ADD COLUMN "more" varchar(200) DEFAULT '' NOT NULL;
CREATE FUNCTION contacts_contact_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO accounts_rowchange (
        id, created_at, updated_at, company_id, xact, kind, object_id, within_id, act
    )
    SELECT (
        lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
        || '7' || substr(touched.rest, 1, 3) || '8' || substr(touched.rest, 4, 15)
    )::uuid, now(), now(), company_id, pg_current_xact_id()::text::bigint,
        'contato', id, NULL::uuid, TG_ARGV[0]
    FROM (SELECT *, md5(random()::text || id::text) AS rest FROM rows) AS touched
    ON CONFLICT (xact, object_id) DO UPDATE SET act = excluded.act WHERE excluded.act = 'apagado';
    RETURN NULL;
END
$$;

CREATE TRIGGER contacts_contact_made AFTER INSERT ON contacts_contact REFERENCING NEW TABLE AS rows
    FOR EACH STATEMENT EXECUTE FUNCTION contacts_contact_changed('criado');

CREATE TRIGGER contacts_contact_changed AFTER UPDATE ON contacts_contact REFERENCING NEW TABLE AS rows
    FOR EACH STATEMENT EXECUTE FUNCTION contacts_contact_changed('alterado');

CREATE TRIGGER contacts_contact_gone AFTER DELETE ON contacts_contact REFERENCING OLD TABLE AS rows
    FOR EACH STATEMENT EXECUTE FUNCTION contacts_contact_changed('apagado');
CREATE TABLE "contacts_oldrow" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "table" varchar(40) NOT NULL, "old_id" varchar(64) NOT NULL, "new_id" uuid NULL, "reason" varchar(40) NOT NULL, "company_id" uuid NOT NULL);
ALTER TABLE "contacts_oldrow" ADD CONSTRAINT "contacts_oldrow_company_id_79c35a62_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE UNIQUE INDEX "old_row_once" ON "contacts_oldrow" ("company_id", "table", "old_id");
CREATE INDEX "contacts_oldrow_company_id_79c35a62" ON "contacts_oldrow" ("company_id");
CREATE TABLE "flows_flow" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "name" varchar(80) NOT NULL, "is_active" boolean NOT NULL, "priority" smallint NOT NULL CHECK ("priority" >= 0), "draft" jsonb NOT NULL, "revision" integer NOT NULL CHECK ("revision" >= 0), "company_id" uuid NOT NULL);
CREATE TABLE "flows_flowfile" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "name" varchar(120) NOT NULL, "mime_type" varchar(100) NOT NULL, "file" varchar(255) NOT NULL, "company_id" uuid NOT NULL);
CREATE TABLE "flows_flowrun" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "state" varchar(12) NOT NULL, "node" varchar(40) NOT NULL, "seq" integer NOT NULL CHECK ("seq" >= 0), "variables" jsonb NOT NULL, "wake_at" timestamp with time zone NULL, "asked_seq" bigint NOT NULL CHECK ("asked_seq" >= 0), "answer" bigint NULL CHECK ("answer" >= 0), "tries" smallint NOT NULL CHECK ("tries" >= 0), "unwaited" smallint NOT NULL CHECK ("unwaited" >= 0), "outcome" varchar(12) NOT NULL, "ended_at" timestamp with time zone NULL, "company_id" uuid NOT NULL, "conversation_id" uuid NOT NULL, "flow_id" uuid NOT NULL);
CREATE TABLE "flows_flowversion" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "number" integer NOT NULL CHECK ("number" >= 0), "graph" jsonb NOT NULL, "author_id" uuid NULL, "company_id" uuid NOT NULL, "flow_id" uuid NOT NULL);
CREATE TABLE "flows_flowstep" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "seq" integer NOT NULL CHECK ("seq" >= 0), "node" varchar(40) NOT NULL, "exit" varchar(40) NOT NULL, "error" varchar(60) NOT NULL, "company_id" uuid NOT NULL, "run_id" uuid NOT NULL, "version_id" uuid NOT NULL);
ALTER TABLE "flows_flowrun" ADD COLUMN "version_id" uuid NOT NULL CONSTRAINT "flows_flowrun_version_id_5a59226e_fk_flows_flowversion_id" REFERENCES "flows_flowversion"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "flows_flowrun_version_id_5a59226e_fk_flows_flowversion_id" IMMEDIATE;
ALTER TABLE "flows_flow" ADD COLUMN "version_id" uuid NULL CONSTRAINT "flows_flow_version_id_84528800_fk_flows_flowversion_id" REFERENCES "flows_flowversion"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "flows_flow_version_id_84528800_fk_flows_flowversion_id" IMMEDIATE;
CREATE TABLE "flows_flowsecret" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "name" varchar(40) NOT NULL, "sealed" text NOT NULL, "company_id" uuid NOT NULL, CONSTRAINT "flow_secret_once" UNIQUE ("company_id", "name"));
ALTER TABLE "flows_flowversion" ADD CONSTRAINT "flow_version_once" UNIQUE ("flow_id", "number");
CREATE INDEX "flow_step_counted" ON "flows_flowstep" ("version_id", "node", "exit");
ALTER TABLE "flows_flowstep" ADD CONSTRAINT "flow_step_once" UNIQUE ("run_id", "seq");
CREATE INDEX "flow_run_due" ON "flows_flowrun" ("wake_at") WHERE ("state" IN ('correndo', 'chamando', 'esperando') AND "wake_at" IS NOT NULL);
CREATE INDEX "flow_run_newest" ON "flows_flowrun" ("flow_id", "created_at" DESC);
CREATE UNIQUE INDEX "flow_run_one_open" ON "flows_flowrun" ("conversation_id") WHERE "state" IN ('correndo', 'chamando', 'esperando');
ALTER TABLE "flows_flow" ADD CONSTRAINT "flow_name_once" UNIQUE ("company_id", "name");
ALTER TABLE "flows_flow" ADD CONSTRAINT "flows_flow_company_id_b8100798_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "flows_flow_company_id_b8100798" ON "flows_flow" ("company_id");
ALTER TABLE "flows_flowfile" ADD CONSTRAINT "flows_flowfile_company_id_5e2b7b5c_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "flows_flowfile_company_id_5e2b7b5c" ON "flows_flowfile" ("company_id");
ALTER TABLE "flows_flowrun" ADD CONSTRAINT "flows_flowrun_company_id_c84e072c_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "flows_flowrun" ADD CONSTRAINT "flows_flowrun_conversation_id_953bef9e_fk_omnichann" FOREIGN KEY ("conversation_id") REFERENCES "omnichannel_conversation" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "flows_flowrun" ADD CONSTRAINT "flows_flowrun_flow_id_9cbb3a32_fk_flows_flow_id" FOREIGN KEY ("flow_id") REFERENCES "flows_flow" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "flows_flowrun_company_id_c84e072c" ON "flows_flowrun" ("company_id");
CREATE INDEX "flows_flowrun_conversation_id_953bef9e" ON "flows_flowrun" ("conversation_id");
CREATE INDEX "flows_flowrun_flow_id_9cbb3a32" ON "flows_flowrun" ("flow_id");
ALTER TABLE "flows_flowversion" ADD CONSTRAINT "flows_flowversion_author_id_57c42bb2_fk_accounts_membership_id" FOREIGN KEY ("author_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "flows_flowversion" ADD CONSTRAINT "flows_flowversion_company_id_9fbfd5e2_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "flows_flowversion" ADD CONSTRAINT "flows_flowversion_flow_id_cdf3488c_fk_flows_flow_id" FOREIGN KEY ("flow_id") REFERENCES "flows_flow" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "flows_flowversion_author_id_57c42bb2" ON "flows_flowversion" ("author_id");
CREATE INDEX "flows_flowversion_company_id_9fbfd5e2" ON "flows_flowversion" ("company_id");
CREATE INDEX "flows_flowversion_flow_id_cdf3488c" ON "flows_flowversion" ("flow_id");
ALTER TABLE "flows_flowstep" ADD CONSTRAINT "flows_flowstep_company_id_280145cb_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "flows_flowstep" ADD CONSTRAINT "flows_flowstep_run_id_2735b959_fk_flows_flowrun_id" FOREIGN KEY ("run_id") REFERENCES "flows_flowrun" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "flows_flowstep" ADD CONSTRAINT "flows_flowstep_version_id_c3fb9cf6_fk_flows_flowversion_id" FOREIGN KEY ("version_id") REFERENCES "flows_flowversion" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "flows_flowstep_company_id_280145cb" ON "flows_flowstep" ("company_id");
CREATE INDEX "flows_flowstep_run_id_2735b959" ON "flows_flowstep" ("run_id");
CREATE INDEX "flows_flowstep_version_id_c3fb9cf6" ON "flows_flowstep" ("version_id");
CREATE INDEX "flows_flowrun_version_id_5a59226e" ON "flows_flowrun" ("version_id");
CREATE INDEX "flows_flow_version_id_84528800" ON "flows_flow" ("version_id");
ALTER TABLE "flows_flowsecret" ADD CONSTRAINT "flows_flowsecret_company_id_ae181d82_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "flows_flowsecret_name_870fa055" ON "flows_flowsecret" ("name");
CREATE INDEX "flows_flowsecret_name_870fa055_like" ON "flows_flowsecret" ("name" varchar_pattern_ops);
CREATE INDEX "flows_flowsecret_company_id_ae181d82" ON "flows_flowsecret" ("company_id");
CREATE SEQUENCE integrations_event_number;
CREATE TABLE "integrations_hooksubscription" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "name" varchar(80) NOT NULL, "url" varchar(500) NOT NULL, "events" varchar(40)[] NOT NULL, "is_active" boolean NOT NULL, "sealed" text NOT NULL, "failure_count" integer NOT NULL CHECK ("failure_count" >= 0), "failing_since" timestamp with time zone NULL, "next_probe_at" timestamp with time zone NULL, "last_success_at" timestamp with time zone NULL, "lost_count" integer NOT NULL CHECK ("lost_count" >= 0), "stop_reason" varchar(10) NOT NULL, "stopped_at" timestamp with time zone NULL, "company_id" uuid NOT NULL);
CREATE TABLE "integrations_outgoingevent" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "kind" varchar(40) NOT NULL, "lane" uuid NOT NULL, "number" bigint DEFAULT (nextval('integrations_event_number')) NOT NULL, "data" jsonb NOT NULL, "state" varchar(10) NOT NULL, "attempts" integer NOT NULL CHECK ("attempts" >= 0), "begun_at" timestamp with time zone NOT NULL, "next_at" timestamp with time zone NOT NULL, "claimed_at" timestamp with time zone NULL, "settled_at" timestamp with time zone NULL, "last_status" smallint NULL CHECK ("last_status" >= 0), "last_error" varchar(20) NOT NULL, "company_id" uuid NOT NULL, "subscription_id" uuid NOT NULL);
CREATE TABLE "integrations_outgoingattempt" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "at" timestamp with time zone NOT NULL, "status" smallint NULL CHECK ("status" >= 0), "milliseconds" integer NOT NULL CHECK ("milliseconds" >= 0), "error" varchar(20) NOT NULL, "company_id" uuid NOT NULL, "event_id" uuid NOT NULL);
CREATE INDEX "hook_of_company" ON "integrations_hooksubscription" ("company_id") WHERE "is_active";
CREATE INDEX "hook_due" ON "integrations_outgoingevent" ("subscription_id", "next_at", "number") WHERE "state" = 'pendente';
CREATE INDEX "hook_lane" ON "integrations_outgoingevent" ("subscription_id", "lane", "number") WHERE "state" IN ('pendente', 'enviando');
CREATE INDEX "hook_claimed" ON "integrations_outgoingevent" ("claimed_at") WHERE "state" = 'enviando';
CREATE INDEX "hook_recent" ON "integrations_outgoingevent" ("company_id", "id" DESC);
CREATE INDEX "hook_settled" ON "integrations_outgoingevent" ("settled_at");
ALTER TABLE "integrations_hooksubscription" ADD CONSTRAINT "integrations_hooksub_company_id_4e9ff802_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "integrations_hooksubscription_company_id_4e9ff802" ON "integrations_hooksubscription" ("company_id");
ALTER TABLE "integrations_outgoingevent" ADD CONSTRAINT "integrations_outgoin_company_id_27544fd2_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "integrations_outgoingevent" ADD CONSTRAINT "integrations_outgoin_subscription_id_9f4461dd_fk_integrati" FOREIGN KEY ("subscription_id") REFERENCES "integrations_hooksubscription" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "integrations_outgoingevent_company_id_27544fd2" ON "integrations_outgoingevent" ("company_id");
CREATE INDEX "integrations_outgoingevent_subscription_id_9f4461dd" ON "integrations_outgoingevent" ("subscription_id");
ALTER TABLE "integrations_outgoingattempt" ADD CONSTRAINT "integrations_outgoin_company_id_f3b18ab8_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "integrations_outgoingattempt" ADD CONSTRAINT "integrations_outgoin_event_id_0422e2d3_fk_integrati" FOREIGN KEY ("event_id") REFERENCES "integrations_outgoingevent" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "integrations_outgoingattempt_company_id_f3b18ab8" ON "integrations_outgoingattempt" ("company_id");
CREATE INDEX "integrations_outgoingattempt_event_id_0422e2d3" ON "integrations_outgoingattempt" ("event_id");
CREATE TABLE "knox_authtoken" ("key" varchar(64) NOT NULL PRIMARY KEY, "created" timestamp with time zone NOT NULL, "user_id" uuid NOT NULL);
ALTER TABLE "knox_authtoken" ADD CONSTRAINT "knox_authtoken_user_id_e5a5d899_fk_accounts_user_id" FOREIGN KEY ("user_id") REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "knox_authtoken_key_f534ac0f_like" ON "knox_authtoken" ("key" varchar_pattern_ops);
CREATE INDEX "knox_authtoken_user_id_e5a5d899" ON "knox_authtoken" ("user_id");
DROP TABLE "knox_authtoken" CASCADE;
CREATE TABLE "knox_authtoken" ("digest" varchar(64) NOT NULL PRIMARY KEY, "salt" varchar(16) NOT NULL UNIQUE, "created" timestamp with time zone NOT NULL, "user_id" uuid NOT NULL);
ALTER TABLE "knox_authtoken" ADD CONSTRAINT "knox_authtoken_user_id_e5a5d899_fk_accounts_user_id" FOREIGN KEY ("user_id") REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "knox_authtoken_digest_188c7e77_like" ON "knox_authtoken" ("digest" varchar_pattern_ops);
CREATE INDEX "knox_authtoken_salt_3d9f48ac_like" ON "knox_authtoken" ("salt" varchar_pattern_ops);
CREATE INDEX "knox_authtoken_user_id_e5a5d899" ON "knox_authtoken" ("user_id");
ALTER TABLE "knox_authtoken" ALTER COLUMN "digest" TYPE varchar(128);
ALTER TABLE "knox_authtoken" ADD COLUMN "expires" timestamp with time zone NULL;
ALTER TABLE "knox_authtoken" ADD COLUMN "token_key" varchar(8) NULL;
CREATE INDEX "knox_authtoken_token_key_8f4f7d47" ON "knox_authtoken" ("token_key");
CREATE INDEX "knox_authtoken_token_key_8f4f7d47_like" ON "knox_authtoken" ("token_key" varchar_pattern_ops);
DELETE FROM "knox_authtoken" WHERE "knox_authtoken"."token_key" IS NULL;
ALTER TABLE "knox_authtoken" ALTER COLUMN "token_key" SET DEFAULT '';
UPDATE "knox_authtoken" SET "token_key" = '' WHERE "token_key" IS NULL; SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE "knox_authtoken" ALTER COLUMN "token_key" SET NOT NULL;
ALTER TABLE "knox_authtoken" ALTER COLUMN "token_key" DROP DEFAULT;
ALTER TABLE "knox_authtoken" RENAME COLUMN "expires" TO "expiry";
ALTER TABLE "knox_authtoken" DROP COLUMN "salt" CASCADE;
ALTER TABLE "knox_authtoken" ALTER COLUMN "token_key" TYPE varchar(25);
DO $do$ BEGIN
IF to_regproc('pg_catalog.uuidv7') IS NULL THEN
    CREATE OR REPLACE FUNCTION uuidv7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $fn$
        SELECT encode(set_bit(set_bit(overlay(
            uuid_send(gen_random_uuid()) PLACING
            substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
            FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid
    $fn$;
END IF;
END $do$;
CREATE TABLE "leadscoring_contactfacts" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "inbound_count" integer NOT NULL CHECK ("inbound_count" >= 0), "outbound_count" integer NOT NULL CHECK ("outbound_count" >= 0), "asked_count" integer NOT NULL CHECK ("asked_count" >= 0), "reply_count" integer NOT NULL CHECK ("reply_count" >= 0), "reply_seconds" bigint NOT NULL CHECK ("reply_seconds" >= 0), "daytime_count" integer NOT NULL CHECK ("daytime_count" >= 0), "day_count" integer NOT NULL CHECK ("day_count" >= 0), "talk_seconds" bigint NOT NULL CHECK ("talk_seconds" >= 0), "last_inbound_on" date NULL, "price_on" date NULL, "schedule_on" date NULL, "offer_on" date NULL, "buying_on" date NULL, "insurance_on" date NULL, "urgency_on" date NULL, "refusal_on" date NULL, "talk_count" integer NOT NULL CHECK ("talk_count" >= 0), "words" varchar(60)[] NOT NULL, "company_id" uuid NOT NULL, "contact_id" uuid NOT NULL UNIQUE);
CREATE TABLE "leadscoring_leadoutcome" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "is_won" boolean NOT NULL, "facts" integer[] NOT NULL, "happened_on" date NOT NULL, "company_id" uuid NOT NULL, "contact_id" uuid NOT NULL UNIQUE);
CREATE TABLE "leadscoring_leadscore" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "total" smallint NOT NULL CHECK ("total" >= 0), "behaviour" smallint NOT NULL CHECK ("behaviour" >= 0), "profile" smallint NOT NULL CHECK ("profile" >= 0), "engagement" smallint NOT NULL CHECK ("engagement" >= 0), "intent" smallint NOT NULL CHECK ("intent" >= 0), "temperature" smallint NOT NULL CHECK ("temperature" >= 0), "purchase_intent" boolean NOT NULL, "recommended_action" varchar(50) NOT NULL, "signals" varchar(60)[] NOT NULL, "facts" integer[] NOT NULL, "contact_status" varchar(20) NOT NULL, "rules" smallint NOT NULL CHECK ("rules" >= 0), "record_seen" timestamp with time zone NOT NULL, "counts_seen" timestamp with time zone NULL, "calculated_at" timestamp with time zone NOT NULL, "calculated_on" date NOT NULL, "next_on" date NULL, "company_id" uuid NOT NULL, "contact_id" uuid NOT NULL UNIQUE);
CREATE TABLE "leadscoring_leadscorehistory" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "previous" smallint NULL CHECK ("previous" >= 0), "current" smallint NOT NULL CHECK ("current" >= 0), "reason" varchar(100) NOT NULL, "details" jsonb NOT NULL, "facts" integer[] NOT NULL, "company_id" uuid NOT NULL, "contact_id" uuid NOT NULL, "score_id" uuid NOT NULL);
CREATE TABLE "leadscoring_learnedmodel" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "won_count" integer NOT NULL CHECK ("won_count" >= 0), "lost_count" integer NOT NULL CHECK ("lost_count" >= 0), "parameters" jsonb NOT NULL, "report" jsonb NOT NULL, "is_current" boolean NOT NULL, "company_id" uuid NOT NULL);
CREATE TABLE "leadscoring_scoringstate" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "words_changed_at" timestamp with time zone NULL, "recounted_at" timestamp with time zone NULL, "company_id" uuid NOT NULL);
CREATE TABLE "leadscoring_signalword" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "kind" varchar(20) NOT NULL, "text" varchar(60) NOT NULL, "folded" varchar(60) NOT NULL, "is_active" boolean NOT NULL, "company_id" uuid NOT NULL);
CREATE TABLE "leadscoring_talkfacts" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "inbound_count" integer NOT NULL CHECK ("inbound_count" >= 0), "outbound_count" integer NOT NULL CHECK ("outbound_count" >= 0), "asked_count" integer NOT NULL CHECK ("asked_count" >= 0), "reply_count" integer NOT NULL CHECK ("reply_count" >= 0), "reply_seconds" bigint NOT NULL CHECK ("reply_seconds" >= 0), "daytime_count" integer NOT NULL CHECK ("daytime_count" >= 0), "day_count" integer NOT NULL CHECK ("day_count" >= 0), "talk_seconds" bigint NOT NULL CHECK ("talk_seconds" >= 0), "last_inbound_on" date NULL, "price_on" date NULL, "schedule_on" date NULL, "offer_on" date NULL, "buying_on" date NULL, "insurance_on" date NULL, "urgency_on" date NULL, "refusal_on" date NULL, "counted_seq" bigint NOT NULL CHECK ("counted_seq" >= 0), "words" jsonb NOT NULL, "asked_at" timestamp with time zone NULL, "last_at" timestamp with time zone NULL, "company_id" uuid NOT NULL, "conversation_id" uuid NOT NULL UNIQUE);
CREATE INDEX "lead_score_due" ON "leadscoring_leadscore" ("company_id", "next_on");
CREATE INDEX "lead_score_hot" ON "leadscoring_leadscore" ("company_id", "temperature" DESC, "total" DESC);
CREATE INDEX "lead_score_best" ON "leadscoring_leadscore" ("company_id", "total" DESC);
CREATE INDEX "score_history_of_contact" ON "leadscoring_leadscorehistory" ("contact_id", "id" DESC);
CREATE UNIQUE INDEX "learned_model_one_current" ON "leadscoring_learnedmodel" ("company_id") WHERE "is_current";
ALTER TABLE "leadscoring_scoringstate" ADD CONSTRAINT "scoring_state_once" UNIQUE ("company_id");
ALTER TABLE "leadscoring_signalword" ADD CONSTRAINT "signal_word_once" UNIQUE ("company_id", "folded");
ALTER TABLE "leadscoring_contactfacts" ADD CONSTRAINT "leadscoring_contactf_company_id_ef4d5d6f_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "leadscoring_contactfacts" ADD CONSTRAINT "leadscoring_contactf_contact_id_e3da38d8_fk_contacts_" FOREIGN KEY ("contact_id") REFERENCES "contacts_contact" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "leadscoring_leadoutcome" ADD CONSTRAINT "leadscoring_leadoutc_company_id_826033bb_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "leadscoring_leadoutcome" ADD CONSTRAINT "leadscoring_leadoutc_contact_id_135a81c6_fk_contacts_" FOREIGN KEY ("contact_id") REFERENCES "contacts_contact" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "leadscoring_leadoutcome_company_id_826033bb" ON "leadscoring_leadoutcome" ("company_id");
ALTER TABLE "leadscoring_leadscore" ADD CONSTRAINT "leadscoring_leadscor_company_id_ea53d771_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "leadscoring_leadscore" ADD CONSTRAINT "leadscoring_leadscor_contact_id_9bb43323_fk_contacts_" FOREIGN KEY ("contact_id") REFERENCES "contacts_contact" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "leadscoring_leadscorehistory" ADD CONSTRAINT "leadscoring_leadscor_contact_id_1d34c969_fk_contacts_" FOREIGN KEY ("contact_id") REFERENCES "contacts_contact" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "leadscoring_learnedmodel" ADD CONSTRAINT "leadscoring_learnedm_company_id_ef475072_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "leadscoring_learnedmodel_company_id_ef475072" ON "leadscoring_learnedmodel" ("company_id");
ALTER TABLE "leadscoring_scoringstate" ADD CONSTRAINT "leadscoring_scorings_company_id_8b597b73_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "leadscoring_scoringstate_company_id_8b597b73" ON "leadscoring_scoringstate" ("company_id");
ALTER TABLE "leadscoring_signalword" ADD CONSTRAINT "leadscoring_signalwo_company_id_04fd7c39_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "leadscoring_signalword_company_id_04fd7c39" ON "leadscoring_signalword" ("company_id");
ALTER TABLE "leadscoring_talkfacts" ADD CONSTRAINT "leadscoring_talkfact_company_id_9ba6ddab_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "leadscoring_talkfacts" ADD CONSTRAINT "leadscoring_talkfact_conversation_id_f6e3e042_fk_omnichann" FOREIGN KEY ("conversation_id") REFERENCES "omnichannel_conversation" ("id") DEFERRABLE INITIALLY DEFERRED;
UPDATE "leadscoring_scoringstate" SET "words_changed_at" = '2026-12-01 00:45:33.700657+00:00'::timestamptz;
UPDATE "leadscoring_scoringstate" SET "words_changed_at" = '2026-12-01 00:45:33.767694+00:00'::timestamptz;
CREATE TABLE "omnichannel_mention" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "seen_at" timestamp with time zone NULL, "company_id" uuid NOT NULL, "conversation_id" uuid NOT NULL, "member_id" uuid NOT NULL, "message_id" uuid NOT NULL, CONSTRAINT "mention_once" UNIQUE ("message_id", "member_id"));
ALTER TABLE "omnichannel_mention" ADD CONSTRAINT "omnichannel_mention_company_id_56f64522_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_mention" ADD CONSTRAINT "omnichannel_mention_conversation_id_944a5950_fk_omnichann" FOREIGN KEY ("conversation_id") REFERENCES "omnichannel_conversation" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_mention" ADD CONSTRAINT "omnichannel_mention_member_id_4c407f6b_fk_accounts_" FOREIGN KEY ("member_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_mention" ADD CONSTRAINT "omnichannel_mention_message_id_4395eb4f_fk_omnichann" FOREIGN KEY ("message_id") REFERENCES "omnichannel_message" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "omnichannel_mention_company_id_56f64522" ON "omnichannel_mention" ("company_id");
CREATE INDEX "omnichannel_mention_conversation_id_944a5950" ON "omnichannel_mention" ("conversation_id");
CREATE INDEX "mention_of" ON "omnichannel_mention" ("member_id", "conversation_id", "created_at" DESC);
CREATE INDEX "mention_unseen" ON "omnichannel_mention" ("member_id", "conversation_id") WHERE "seen_at" IS NULL;
CREATE FUNCTION omnichannel_conversation_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO accounts_rowchange (
        id, created_at, updated_at, company_id, xact, kind, object_id, within_id, act
    )
    SELECT (
        lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
        || '7' || substr(touched.rest, 1, 3) || '8' || substr(touched.rest, 4, 15)
    )::uuid, now(), now(), company_id, pg_current_xact_id()::text::bigint,
        'conversa', id, NULL::uuid, TG_ARGV[0]
    FROM (SELECT *, md5(random()::text || id::text) AS rest FROM rows) AS touched
    ON CONFLICT (xact, object_id) DO UPDATE SET act = excluded.act WHERE excluded.act = 'apagado';
    RETURN NULL;
END
$$;

CREATE TRIGGER omnichannel_conversation_made AFTER INSERT ON omnichannel_conversation REFERENCING NEW TABLE AS rows
    FOR EACH STATEMENT EXECUTE FUNCTION omnichannel_conversation_changed('criado');

CREATE TRIGGER omnichannel_conversation_changed AFTER UPDATE ON omnichannel_conversation REFERENCING NEW TABLE AS rows
    FOR EACH STATEMENT EXECUTE FUNCTION omnichannel_conversation_changed('alterado');

CREATE TRIGGER omnichannel_conversation_gone AFTER DELETE ON omnichannel_conversation REFERENCING OLD TABLE AS rows
    FOR EACH STATEMENT EXECUTE FUNCTION omnichannel_conversation_changed('apagado');
CREATE FUNCTION omnichannel_message_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO accounts_rowchange (
        id, created_at, updated_at, company_id, xact, kind, object_id, within_id, act
    )
    SELECT (
        lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
        || '7' || substr(touched.rest, 1, 3) || '8' || substr(touched.rest, 4, 15)
    )::uuid, now(), now(), company_id, pg_current_xact_id()::text::bigint,
        'mensagem', id, conversation_id, TG_ARGV[0]
    FROM (SELECT *, md5(random()::text || id::text) AS rest FROM rows) AS touched
    ON CONFLICT (xact, object_id) DO UPDATE SET act = excluded.act WHERE excluded.act = 'apagado';
    RETURN NULL;
END
$$;

CREATE TRIGGER omnichannel_message_made AFTER INSERT ON omnichannel_message REFERENCING NEW TABLE AS rows
    FOR EACH STATEMENT EXECUTE FUNCTION omnichannel_message_changed('criado');

CREATE TRIGGER omnichannel_message_changed AFTER UPDATE ON omnichannel_message REFERENCING NEW TABLE AS rows
    FOR EACH STATEMENT EXECUTE FUNCTION omnichannel_message_changed('alterado');

CREATE TRIGGER omnichannel_message_gone AFTER DELETE ON omnichannel_message REFERENCING OLD TABLE AS rows
    FOR EACH STATEMENT EXECUTE FUNCTION omnichannel_message_changed('apagado');
CREATE TABLE "omnichannel_participant" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "added_by_id" uuid NULL, "company_id" uuid NOT NULL, "conversation_id" uuid NOT NULL, "member_id" uuid NOT NULL, CONSTRAINT "participant_once" UNIQUE ("conversation_id", "member_id"));
ALTER TABLE "omnichannel_participant" ADD CONSTRAINT "omnichannel_particip_added_by_id_c222ec63_fk_accounts_" FOREIGN KEY ("added_by_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_participant" ADD CONSTRAINT "omnichannel_particip_company_id_48bdff84_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_participant" ADD CONSTRAINT "omnichannel_particip_conversation_id_83462c75_fk_omnichann" FOREIGN KEY ("conversation_id") REFERENCES "omnichannel_conversation" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_participant" ADD CONSTRAINT "omnichannel_particip_member_id_4060e130_fk_accounts_" FOREIGN KEY ("member_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "omnichannel_participant_added_by_id_c222ec63" ON "omnichannel_participant" ("added_by_id");
CREATE INDEX "omnichannel_participant_company_id_48bdff84" ON "omnichannel_participant" ("company_id");
CREATE INDEX "omnichannel_participant_conversation_id_83462c75" ON "omnichannel_participant" ("conversation_id");
CREATE INDEX "omnichannel_participant_member_id_4060e130" ON "omnichannel_participant" ("member_id");
CREATE TABLE "omnichannel_pin" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "company_id" uuid NOT NULL, "conversation_id" uuid NOT NULL, "member_id" uuid NOT NULL, CONSTRAINT "pin_once" UNIQUE ("member_id", "conversation_id"));
ALTER TABLE "omnichannel_pin" ADD CONSTRAINT "omnichannel_pin_company_id_1eee1528_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_pin" ADD CONSTRAINT "omnichannel_pin_conversation_id_5d29f4d3_fk_omnichann" FOREIGN KEY ("conversation_id") REFERENCES "omnichannel_conversation" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "omnichannel_pin" ADD CONSTRAINT "omnichannel_pin_member_id_68ecd592_fk_accounts_membership_id" FOREIGN KEY ("member_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "omnichannel_pin_company_id_1eee1528" ON "omnichannel_pin" ("company_id");
CREATE INDEX "omnichannel_pin_conversation_id_5d29f4d3" ON "omnichannel_pin" ("conversation_id");
CREATE TABLE "queues_quickreply" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "scope" varchar(10) NOT NULL, "folder" varchar(60) NOT NULL, "name" varchar(40) NOT NULL, "text" text NOT NULL, "used_count" integer NOT NULL CHECK ("used_count" >= 0), "company_id" uuid NOT NULL, "owner_id" uuid NULL, "queue_id" uuid NULL);
CREATE TABLE "queues_quickreplyfile" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "file" varchar(255) NOT NULL, "filename" varchar(255) NOT NULL, "mime_type" varchar(100) NOT NULL, "size" bigint NOT NULL CHECK ("size" >= 0), "company_id" uuid NOT NULL, "reply_id" uuid NOT NULL);
CREATE UNIQUE INDEX "quick_reply_once" ON "queues_quickreply" ("company_id", "owner_id", "queue_id", (UPPER("name"))) NULLS NOT DISTINCT;
ALTER TABLE "queues_quickreply" ADD CONSTRAINT "quick_reply_whose" CHECK ((("owner_id" IS NOT NULL AND "queue_id" IS NULL AND "scope" = 'pessoal') OR ("owner_id" IS NULL AND "queue_id" IS NOT NULL AND "scope" = 'fila') OR ("owner_id" IS NULL AND "queue_id" IS NULL AND "scope" = 'empresa')));
ALTER TABLE "queues_quickreply" ADD CONSTRAINT "queues_quickreply_company_id_e4d11da9_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_quickreply" ADD CONSTRAINT "queues_quickreply_owner_id_82fa64ca_fk_accounts_membership_id" FOREIGN KEY ("owner_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_quickreply" ADD CONSTRAINT "queues_quickreply_queue_id_d09a10db_fk_queues_queue_id" FOREIGN KEY ("queue_id") REFERENCES "queues_queue" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "queues_quickreply_company_id_e4d11da9" ON "queues_quickreply" ("company_id");
CREATE INDEX "queues_quickreply_owner_id_82fa64ca" ON "queues_quickreply" ("owner_id");
CREATE INDEX "queues_quickreply_queue_id_d09a10db" ON "queues_quickreply" ("queue_id");
ALTER TABLE "queues_quickreplyfile" ADD CONSTRAINT "queues_quickreplyfil_company_id_c230e77f_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_quickreplyfile" ADD CONSTRAINT "queues_quickreplyfile_reply_id_05be837a_fk_queues_quickreply_id" FOREIGN KEY ("reply_id") REFERENCES "queues_quickreply" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "queues_quickreplyfile_company_id_c230e77f" ON "queues_quickreplyfile" ("company_id");
CREATE INDEX "queues_quickreplyfile_reply_id_05be837a" ON "queues_quickreplyfile" ("reply_id");
CREATE TABLE "queues_macro" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "scope" varchar(10) NOT NULL, "name" varchar(60) NOT NULL, "steps" jsonb NOT NULL, "used_count" integer NOT NULL CHECK ("used_count" >= 0), "company_id" uuid NOT NULL, "owner_id" uuid NULL, "queue_id" uuid NULL);
CREATE TABLE "queues_macrorun" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "name" varchar(60) NOT NULL, "client_id" varchar(64) NOT NULL, "outcomes" jsonb NOT NULL, "ended_at" timestamp with time zone NULL, "actor_id" uuid NULL, "company_id" uuid NOT NULL, "conversation_id" uuid NOT NULL, "macro_id" uuid NULL);
CREATE UNIQUE INDEX "macro_once" ON "queues_macro" ("company_id", "owner_id", "queue_id", (UPPER("name"))) NULLS NOT DISTINCT;
ALTER TABLE "queues_macro" ADD CONSTRAINT "macro_whose" CHECK ((("owner_id" IS NOT NULL AND "queue_id" IS NULL AND "scope" = 'pessoal') OR ("owner_id" IS NULL AND "queue_id" IS NOT NULL AND "scope" = 'fila') OR ("owner_id" IS NULL AND "queue_id" IS NULL AND "scope" = 'empresa')));
ALTER TABLE "queues_macrorun" ADD CONSTRAINT "macro_run_once" UNIQUE ("conversation_id", "client_id");
ALTER TABLE "queues_macro" ADD CONSTRAINT "queues_macro_company_id_cffd122b_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_macro" ADD CONSTRAINT "queues_macro_owner_id_05612555_fk_accounts_membership_id" FOREIGN KEY ("owner_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_macro" ADD CONSTRAINT "queues_macro_queue_id_e8dd4429_fk_queues_queue_id" FOREIGN KEY ("queue_id") REFERENCES "queues_queue" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "queues_macro_company_id_cffd122b" ON "queues_macro" ("company_id");
CREATE INDEX "queues_macro_owner_id_05612555" ON "queues_macro" ("owner_id");
CREATE INDEX "queues_macro_queue_id_e8dd4429" ON "queues_macro" ("queue_id");
ALTER TABLE "queues_macrorun" ADD CONSTRAINT "queues_macrorun_actor_id_95a782d4_fk_accounts_membership_id" FOREIGN KEY ("actor_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_macrorun" ADD CONSTRAINT "queues_macrorun_company_id_38453d66_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_macrorun" ADD CONSTRAINT "queues_macrorun_conversation_id_9008ce2d_fk_omnichann" FOREIGN KEY ("conversation_id") REFERENCES "omnichannel_conversation" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_macrorun" ADD CONSTRAINT "queues_macrorun_macro_id_d6b68ba2_fk_queues_macro_id" FOREIGN KEY ("macro_id") REFERENCES "queues_macro" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "queues_macrorun_actor_id_95a782d4" ON "queues_macrorun" ("actor_id");
CREATE INDEX "queues_macrorun_company_id_38453d66" ON "queues_macrorun" ("company_id");
CREATE INDEX "queues_macrorun_conversation_id_9008ce2d" ON "queues_macrorun" ("conversation_id");
CREATE INDEX "queues_macrorun_macro_id_d6b68ba2" ON "queues_macrorun" ("macro_id");
CREATE TABLE "queues_rule" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "name" varchar(60) NOT NULL, "is_on" boolean NOT NULL, "off_reason" varchar(200) NOT NULL, "event" varchar(20) NOT NULL, "match" varchar(10) NOT NULL, "conditions" jsonb NOT NULL, "steps" jsonb NOT NULL, "position" smallint NOT NULL CHECK ("position" >= 0), "is_last" boolean NOT NULL, "failures" smallint NOT NULL CHECK ("failures" >= 0), "company_id" uuid NOT NULL, "keeper_id" uuid NULL);
CREATE TABLE "queues_rulerun" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "event" varchar(20) NOT NULL, "event_key" varchar(80) NOT NULL, "message_ids" jsonb NOT NULL, "state" varchar(10) NOT NULL, "reasons" jsonb NOT NULL, "outcomes" jsonb NOT NULL, "claimed_at" timestamp with time zone NULL, "ended_at" timestamp with time zone NULL, "company_id" uuid NOT NULL, "conversation_id" uuid NOT NULL, "rule_id" uuid NOT NULL);
CREATE INDEX "rule_on" ON "queues_rule" ("company_id", "event") WHERE "is_on";
ALTER TABLE "queues_rule" ADD CONSTRAINT "rule_name_once" UNIQUE ("company_id", "name");
CREATE INDEX "rule_run_open" ON "queues_rulerun" ("company_id", "id") WHERE "state" IN ('pendente', 'correndo');
CREATE INDEX "rule_run_log" ON "queues_rulerun" ("rule_id", "id" DESC);
ALTER TABLE "queues_rulerun" ADD CONSTRAINT "rule_run_once" UNIQUE ("rule_id", "event_key");
ALTER TABLE "queues_rule" ADD CONSTRAINT "queues_rule_company_id_bd1b8517_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_rule" ADD CONSTRAINT "queues_rule_keeper_id_6306faf7_fk_accounts_membership_id" FOREIGN KEY ("keeper_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "queues_rule_company_id_bd1b8517" ON "queues_rule" ("company_id");
CREATE INDEX "queues_rule_keeper_id_6306faf7" ON "queues_rule" ("keeper_id");
ALTER TABLE "queues_rulerun" ADD CONSTRAINT "queues_rulerun_company_id_1e51bf3d_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_rulerun" ADD CONSTRAINT "queues_rulerun_conversation_id_59bf7b7f_fk_omnichann" FOREIGN KEY ("conversation_id") REFERENCES "omnichannel_conversation" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_rulerun" ADD CONSTRAINT "queues_rulerun_rule_id_ec34fa64_fk_queues_rule_id" FOREIGN KEY ("rule_id") REFERENCES "queues_rule" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "queues_rulerun_company_id_1e51bf3d" ON "queues_rulerun" ("company_id");
CREATE INDEX "queues_rulerun_conversation_id_59bf7b7f" ON "queues_rulerun" ("conversation_id");
CREATE INDEX "queues_rulerun_rule_id_ec34fa64" ON "queues_rulerun" ("rule_id");
CREATE FUNCTION queues_ticket_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO accounts_rowchange (
        id, created_at, updated_at, company_id, xact, kind, object_id, within_id, act
    )
    SELECT (
        lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
        || '7' || substr(touched.rest, 1, 3) || '8' || substr(touched.rest, 4, 15)
    )::uuid, now(), now(), company_id, pg_current_xact_id()::text::bigint,
        'atendimento', id, conversation_id, TG_ARGV[0]
    FROM (SELECT *, md5(random()::text || id::text) AS rest FROM rows) AS touched
    ON CONFLICT (xact, object_id) DO UPDATE SET act = excluded.act WHERE excluded.act = 'apagado';
    RETURN NULL;
END
$$;

CREATE TRIGGER queues_ticket_made AFTER INSERT ON queues_ticket REFERENCING NEW TABLE AS rows
    FOR EACH STATEMENT EXECUTE FUNCTION queues_ticket_changed('criado');

CREATE TRIGGER queues_ticket_changed AFTER UPDATE ON queues_ticket REFERENCING NEW TABLE AS rows
    FOR EACH STATEMENT EXECUTE FUNCTION queues_ticket_changed('alterado');

CREATE TRIGGER queues_ticket_gone AFTER DELETE ON queues_ticket REFERENCING OLD TABLE AS rows
    FOR EACH STATEMENT EXECUTE FUNCTION queues_ticket_changed('apagado');
ALTER TABLE "queues_ticket" ADD COLUMN "end_fields" jsonb NULL;
CREATE TABLE "queues_endingplan" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "reasons" jsonb NOT NULL, "is_closed" boolean NOT NULL, "fields" jsonb NOT NULL, "company_id" uuid NOT NULL, "queue_id" uuid NULL);
ALTER TABLE "queues_endingplan" ADD CONSTRAINT "queues_endingplan_company_id_18f39682_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_endingplan" ADD CONSTRAINT "queues_endingplan_queue_id_82a345cf_fk_queues_queue_id" FOREIGN KEY ("queue_id") REFERENCES "queues_queue" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_endingplan" ADD CONSTRAINT "ending_plan_once" UNIQUE NULLS NOT DISTINCT ("company_id", "queue_id");
CREATE INDEX "queues_endingplan_company_id_18f39682" ON "queues_endingplan" ("company_id");
CREATE INDEX "queues_endingplan_queue_id_82a345cf" ON "queues_endingplan" ("queue_id");
CREATE TABLE "queues_savedview" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "scope" varchar(10) NOT NULL, "name" varchar(60) NOT NULL, "tab" varchar(20) NOT NULL, "order" varchar(20) NOT NULL, "conditions" varchar(900) NOT NULL, "version" smallint NOT NULL CHECK ("version" >= 0), "company_id" uuid NOT NULL, "owner_id" uuid NULL, "queue_id" uuid NULL, CONSTRAINT "saved_view_whose" CHECK ((("owner_id" IS NOT NULL AND "queue_id" IS NULL AND "scope" = 'pessoal') OR ("owner_id" IS NULL AND "queue_id" IS NOT NULL AND "scope" = 'fila') OR ("owner_id" IS NULL AND "queue_id" IS NULL AND "scope" = 'empresa'))));
ALTER TABLE "queues_savedview" ADD CONSTRAINT "queues_savedview_company_id_7653ab0a_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_savedview" ADD CONSTRAINT "queues_savedview_owner_id_8deb6fbe_fk_accounts_membership_id" FOREIGN KEY ("owner_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "queues_savedview" ADD CONSTRAINT "queues_savedview_queue_id_2cc078d9_fk_queues_queue_id" FOREIGN KEY ("queue_id") REFERENCES "queues_queue" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE UNIQUE INDEX "saved_view_once" ON "queues_savedview" ("company_id", "owner_id", "queue_id", (UPPER("name"))) NULLS NOT DISTINCT;
CREATE INDEX "queues_savedview_company_id_7653ab0a" ON "queues_savedview" ("company_id");
CREATE INDEX "queues_savedview_owner_id_8deb6fbe" ON "queues_savedview" ("owner_id");
CREATE INDEX "queues_savedview_queue_id_2cc078d9" ON "queues_savedview" ("queue_id");
CREATE TABLE "simulator_simclock" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "offset_seconds" bigint NOT NULL, "only" boolean NOT NULL UNIQUE);
CREATE TABLE "simulator_simnumber" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "phone_number_id" varchar(32) NOT NULL UNIQUE, "waba_id" varchar(32) NOT NULL, "display_phone" varchar(32) NOT NULL, "verified_name" varchar(120) NOT NULL, "access_token" varchar(512) NOT NULL, "webhook_url" varchar(500) NOT NULL, "quality" varchar(10) NOT NULL, "throughput" varchar(10) NOT NULL, "messaging_limit" varchar(20) NOT NULL, "profile" jsonb NOT NULL, "webhook_batch" smallint NOT NULL CHECK ("webhook_batch" >= 0), "is_subscribed" boolean NOT NULL, "is_free_tier" boolean NOT NULL, "is_allow_list_only" boolean NOT NULL);
CREATE TABLE "simulator_simperson" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "name" varchar(120) NOT NULL, "wa_id" varchar(20) NOT NULL UNIQUE, "bsuid" varchar(140) NOT NULL UNIQUE, "username" varchar(35) NOT NULL, "is_phone_hidden" boolean NOT NULL, "is_on_whatsapp" boolean NOT NULL, "is_online" boolean NOT NULL, "has_read_receipts" boolean NOT NULL);
CREATE TABLE "simulator_simmedia" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "graph_id" varchar(32) NOT NULL UNIQUE, "mime_type" varchar(120) NOT NULL, "sha256" varchar(64) NOT NULL, "size" bigint NOT NULL CHECK ("size" >= 0), "filename" varchar(240) NOT NULL, "file" varchar(100) NOT NULL, "is_inbound" boolean NOT NULL, "number_id" uuid NOT NULL);
CREATE TABLE "simulator_simfault" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "kind" varchar(24) NOT NULL, "code" integer NOT NULL CHECK ("code" >= 0), "seconds" double precision NOT NULL, "remaining" integer NULL CHECK ("remaining" >= 0), "number_id" uuid NULL);
CREATE TABLE "simulator_simmessage" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "wamid" varchar(200) NOT NULL UNIQUE, "direction" varchar(8) NOT NULL, "kind" varchar(32) NOT NULL, "body" jsonb NOT NULL, "status" varchar(12) NOT NULL, "quoted" varchar(200) NOT NULL, "reactions" jsonb NOT NULL, "callback_data" varchar(512) NOT NULL, "is_echo" boolean NOT NULL, "is_edited" boolean NOT NULL, "is_deleted" boolean NOT NULL, "has_phone_recipient" boolean NOT NULL, "happened_at" timestamp with time zone NOT NULL, "visible_at" timestamp with time zone NOT NULL, "number_id" uuid NOT NULL, "person_id" uuid NOT NULL);
CREATE TABLE "simulator_simchat" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "last_inbound_at" timestamp with time zone NULL, "last_message_at" timestamp with time zone NULL, "typing_until" timestamp with time zone NULL, "revision" bigint NOT NULL CHECK ("revision" >= 0), "number_id" uuid NOT NULL, "person_id" uuid NOT NULL);
CREATE TABLE "simulator_simtemplate" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "graph_id" varchar(32) NOT NULL UNIQUE, "waba_id" varchar(32) NOT NULL, "name" varchar(512) NOT NULL, "language" varchar(16) NOT NULL, "category" varchar(20) NOT NULL, "status" varchar(10) NOT NULL, "parameter_format" varchar(12) NOT NULL, "components" jsonb NOT NULL, "quality" varchar(10) NOT NULL, "rejected_reason" varchar(40) NOT NULL, CONSTRAINT "simulator_template_unique" UNIQUE ("waba_id", "name", "language"));
CREATE TABLE "simulator_simwebhook" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "field" varchar(60) NOT NULL, "value" text NOT NULL, "order_key" varchar(80) NOT NULL, "turn_at" timestamp with time zone NOT NULL, "retry_at" timestamp with time zone NULL, "attempts" integer NOT NULL CHECK ("attempts" >= 0), "last_status" smallint NULL CHECK ("last_status" >= 0), "delivered_at" timestamp with time zone NULL, "dropped_at" timestamp with time zone NULL, "is_badly_signed" boolean NOT NULL, "message_id" uuid NULL, "number_id" uuid NOT NULL);
CREATE INDEX "simulator_chat_page" ON "simulator_simmessage" ("number_id", "person_id", "visible_at" DESC);
ALTER TABLE "simulator_simchat" ADD CONSTRAINT "simulator_chat_unique" UNIQUE ("number_id", "person_id");
CREATE INDEX "simulator_webhook_waiting" ON "simulator_simwebhook" ("order_key", "turn_at", "id") WHERE ("delivered_at" IS NULL AND "dropped_at" IS NULL);
CREATE INDEX "simulator_simnumber_phone_number_id_443c41cd_like" ON "simulator_simnumber" ("phone_number_id" varchar_pattern_ops);
CREATE INDEX "simulator_simnumber_waba_id_6c121dee" ON "simulator_simnumber" ("waba_id");
CREATE INDEX "simulator_simnumber_waba_id_6c121dee_like" ON "simulator_simnumber" ("waba_id" varchar_pattern_ops);
CREATE INDEX "simulator_simperson_wa_id_a34bfa6d_like" ON "simulator_simperson" ("wa_id" varchar_pattern_ops);
CREATE INDEX "simulator_simperson_bsuid_5caef1f5_like" ON "simulator_simperson" ("bsuid" varchar_pattern_ops);
ALTER TABLE "simulator_simmedia" ADD CONSTRAINT "simulator_simmedia_number_id_9b9bf6a1_fk_simulator_simnumber_id" FOREIGN KEY ("number_id") REFERENCES "simulator_simnumber" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "simulator_simmedia_graph_id_85e3d7d7_like" ON "simulator_simmedia" ("graph_id" varchar_pattern_ops);
CREATE INDEX "simulator_simmedia_number_id_9b9bf6a1" ON "simulator_simmedia" ("number_id");
ALTER TABLE "simulator_simfault" ADD CONSTRAINT "simulator_simfault_number_id_2b69f618_fk_simulator_simnumber_id" FOREIGN KEY ("number_id") REFERENCES "simulator_simnumber" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "simulator_simfault_number_id_2b69f618" ON "simulator_simfault" ("number_id");
ALTER TABLE "simulator_simmessage" ADD CONSTRAINT "simulator_simmessage_number_id_ebb6001a_fk_simulator" FOREIGN KEY ("number_id") REFERENCES "simulator_simnumber" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "simulator_simmessage" ADD CONSTRAINT "simulator_simmessage_person_id_5cfe3f5b_fk_simulator" FOREIGN KEY ("person_id") REFERENCES "simulator_simperson" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "simulator_simmessage_wamid_5dec5af7_like" ON "simulator_simmessage" ("wamid" varchar_pattern_ops);
CREATE INDEX "simulator_simmessage_number_id_ebb6001a" ON "simulator_simmessage" ("number_id");
CREATE INDEX "simulator_simmessage_person_id_5cfe3f5b" ON "simulator_simmessage" ("person_id");
ALTER TABLE "simulator_simchat" ADD CONSTRAINT "simulator_simchat_number_id_0868983c_fk_simulator_simnumber_id" FOREIGN KEY ("number_id") REFERENCES "simulator_simnumber" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "simulator_simchat" ADD CONSTRAINT "simulator_simchat_person_id_46dd687a_fk_simulator_simperson_id" FOREIGN KEY ("person_id") REFERENCES "simulator_simperson" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "simulator_simchat_number_id_0868983c" ON "simulator_simchat" ("number_id");
CREATE INDEX "simulator_simchat_person_id_46dd687a" ON "simulator_simchat" ("person_id");
CREATE INDEX "simulator_simtemplate_graph_id_ad5a211f_like" ON "simulator_simtemplate" ("graph_id" varchar_pattern_ops);
ALTER TABLE "simulator_simwebhook" ADD CONSTRAINT "simulator_simwebhook_message_id_48ab45ef_fk_simulator" FOREIGN KEY ("message_id") REFERENCES "simulator_simmessage" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "simulator_simwebhook" ADD CONSTRAINT "simulator_simwebhook_number_id_18aa6b92_fk_simulator" FOREIGN KEY ("number_id") REFERENCES "simulator_simnumber" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "simulator_simwebhook_message_id_48ab45ef" ON "simulator_simwebhook" ("message_id");
CREATE INDEX "simulator_simwebhook_number_id_18aa6b92" ON "simulator_simwebhook" ("number_id");
ALTER TABLE "simulator_simtemplate" ADD COLUMN "decide_at" timestamp with time zone NULL;
ALTER TABLE "simulator_simtemplate" ADD COLUMN "edited_at" timestamp with time zone NULL;
ALTER TABLE "simulator_simnumber" ADD COLUMN "currency" varchar(3) DEFAULT 'BRL' NOT NULL;
ALTER TABLE "simulator_simnumber" ADD COLUMN "is_registered" boolean DEFAULT true NOT NULL;
ALTER TABLE "simulator_simnumber" ADD COLUMN "pin" varchar(6) DEFAULT '' NOT NULL;
ALTER TABLE "simulator_simnumber" ADD COLUMN "register_count" smallint DEFAULT 0 NOT NULL CHECK ("register_count" >= 0);
ALTER TABLE "simulator_simnumber" ADD COLUMN "scopes" jsonb DEFAULT '["whatsapp_business_management", "whatsapp_business_messaging"]'::jsonb NOT NULL;
ALTER TABLE "simulator_simnumber" ALTER COLUMN "scopes" DROP DEFAULT;
ALTER TABLE "simulator_simnumber" ADD COLUMN "timezone_id" varchar(4) DEFAULT '25' NOT NULL;
CREATE TABLE "simulator_simsmsline" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "provider" varchar(20) NOT NULL, "account" varchar(60) NOT NULL, "sender" varchar(20) NOT NULL, "secret" varchar(256) NOT NULL, "callback_url" varchar(500) NOT NULL, "fault" varchar(20) NOT NULL, CONSTRAINT "simulator_sms_line_once" UNIQUE ("provider", "account", "sender"));
CREATE TABLE "simulator_simsms" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "is_inbound" boolean NOT NULL, "phone" varchar(20) NOT NULL, "text" text NOT NULL, "external_id" varchar(64) NOT NULL, "token" varchar(255) NOT NULL, "status" varchar(20) NOT NULL, "line_id" uuid NOT NULL);
CREATE TABLE "simulator_simsmscallback" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "status" varchar(20) NOT NULL, "url" varchar(800) NOT NULL, "headers" jsonb NOT NULL, "body" text NOT NULL, "turn_at" timestamp with time zone NOT NULL, "attempts" smallint NOT NULL CHECK ("attempts" >= 0), "delivered_at" timestamp with time zone NULL, "sms_id" uuid NOT NULL);
CREATE INDEX "simulator_sms_chat" ON "simulator_simsms" ("line_id", "phone", "created_at");
ALTER TABLE "simulator_simsms" ADD CONSTRAINT "simulator_simsms_line_id_294399a9_fk_simulator_simsmsline_id" FOREIGN KEY ("line_id") REFERENCES "simulator_simsmsline" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "simulator_simsms_line_id_294399a9" ON "simulator_simsms" ("line_id");
ALTER TABLE "simulator_simsmscallback" ADD CONSTRAINT "simulator_simsmscallback_sms_id_a3b18079_fk_simulator_simsms_id" FOREIGN KEY ("sms_id") REFERENCES "simulator_simsms" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "simulator_simsmscallback_sms_id_a3b18079" ON "simulator_simsmscallback" ("sms_id");
CREATE INDEX "simulator_sms_waiting" ON "simulator_simsmscallback" ("turn_at", "id") WHERE "delivered_at" IS NULL;
ALTER TABLE "simulator_simsms" ADD COLUMN "sample" varchar(20) DEFAULT '' NOT NULL;
CREATE TABLE "simulator_simaccount" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "platform" varchar(20) NOT NULL, "account_id" varchar(64) NOT NULL UNIQUE, "name" varchar(100) NOT NULL, "token" varchar(256) NOT NULL, "webhook_url" varchar(500) NOT NULL, "is_subscribed" boolean NOT NULL, "echo" varchar(10) NOT NULL, "fault" varchar(20) NOT NULL);
CREATE TABLE "simulator_simdirectfile" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "attachment_id" varchar(32) NOT NULL UNIQUE, "kind" varchar(20) NOT NULL, "file" varchar(100) NOT NULL, "account_id" uuid NOT NULL);
CREATE TABLE "simulator_simdirect" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "person" varchar(32) NOT NULL, "person_name" varchar(100) NOT NULL, "is_inbound" boolean NOT NULL, "external_id" varchar(100) NOT NULL UNIQUE, "text" text NOT NULL, "file" varchar(100) NOT NULL, "file_kind" varchar(20) NOT NULL, "choices" jsonb NOT NULL, "reaction" varchar(16) NOT NULL, "is_read" boolean NOT NULL, "is_deleted" boolean NOT NULL, "account_id" uuid NOT NULL);
CREATE TABLE "simulator_simdirectwebhook" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "body" text NOT NULL, "turn_at" timestamp with time zone NOT NULL, "attempts" smallint NOT NULL CHECK ("attempts" >= 0), "delivered_at" timestamp with time zone NULL, "account_id" uuid NOT NULL);
CREATE INDEX "simulator_simaccount_account_id_72a50e96_like" ON "simulator_simaccount" ("account_id" varchar_pattern_ops);
ALTER TABLE "simulator_simdirectfile" ADD CONSTRAINT "simulator_simdirectf_account_id_0c99dc00_fk_simulator" FOREIGN KEY ("account_id") REFERENCES "simulator_simaccount" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "simulator_simdirectfile_attachment_id_8c5cda0c_like" ON "simulator_simdirectfile" ("attachment_id" varchar_pattern_ops);
CREATE INDEX "simulator_simdirectfile_account_id_0c99dc00" ON "simulator_simdirectfile" ("account_id");
ALTER TABLE "simulator_simdirect" ADD CONSTRAINT "simulator_simdirect_account_id_114c01de_fk_simulator" FOREIGN KEY ("account_id") REFERENCES "simulator_simaccount" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "simulator_simdirect_external_id_f38ac91b_like" ON "simulator_simdirect" ("external_id" varchar_pattern_ops);
CREATE INDEX "simulator_simdirect_account_id_114c01de" ON "simulator_simdirect" ("account_id");
CREATE INDEX "simulator_direct_chat" ON "simulator_simdirect" ("account_id", "person", "created_at");
ALTER TABLE "simulator_simdirectwebhook" ADD CONSTRAINT "simulator_simdirectw_account_id_0a2ffd3a_fk_simulator" FOREIGN KEY ("account_id") REFERENCES "simulator_simaccount" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "simulator_simdirectwebhook_account_id_0a2ffd3a" ON "simulator_simdirectwebhook" ("account_id");
CREATE INDEX "simulator_direct_waiting" ON "simulator_simdirectwebhook" ("turn_at", "id") WHERE "delivered_at" IS NULL;
ALTER TABLE "simulator_simaccount" ADD COLUMN "is_deaf" boolean DEFAULT false NOT NULL;
ALTER TABLE "simulator_simaccount" ADD COLUMN "is_held" boolean DEFAULT false NOT NULL;
ALTER TABLE "simulator_simaccount" ADD COLUMN "shown" jsonb DEFAULT '{}'::jsonb NOT NULL;
ALTER TABLE "simulator_simaccount" ADD COLUMN "start_screen" jsonb DEFAULT '{}'::jsonb NOT NULL;
ALTER TABLE "simulator_simaccount" ADD COLUMN "token_ends_at" timestamp with time zone NULL;
ALTER TABLE "simulator_simdirect" ADD COLUMN "about" varchar(100) DEFAULT '' NOT NULL;
ALTER TABLE "simulator_simdirect" ADD COLUMN "clinic_reaction" varchar(16) DEFAULT '' NOT NULL;
ALTER TABLE "simulator_simdirect" ADD COLUMN "comment_id" varchar(64) DEFAULT '' NOT NULL;
ALTER TABLE "simulator_simdirect" ADD COLUMN "is_answered" boolean DEFAULT false NOT NULL;
ALTER TABLE "simulator_simdirect" ADD COLUMN "quotes" varchar(100) DEFAULT '' NOT NULL;
CREATE TABLE "simulator_simsite" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "key" varchar(32) NOT NULL UNIQUE, "name" varchar(100) NOT NULL, "address" varchar(500) NOT NULL, "secret" varchar(256) NOT NULL);
CREATE INDEX "simulator_simsite_key_194582bf_like" ON "simulator_simsite" ("key" varchar_pattern_ops);
CREATE TABLE "simulator_simmailbox" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "address" varchar(254) NOT NULL UNIQUE, "key" varchar(128) NOT NULL UNIQUE);
CREATE TABLE "simulator_simmail" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "to" jsonb NOT NULL, "subject" text NOT NULL, "text" text NOT NULL, "files" jsonb NOT NULL, "mailbox_id" uuid NOT NULL);
CREATE INDEX "simulator_simmailbox_address_9aab5cc2_like" ON "simulator_simmailbox" ("address" varchar_pattern_ops);
CREATE INDEX "simulator_simmailbox_key_b1ea3f06_like" ON "simulator_simmailbox" ("key" varchar_pattern_ops);
ALTER TABLE "simulator_simmail" ADD CONSTRAINT "simulator_simmail_mailbox_id_0303a7d0_fk_simulator" FOREIGN KEY ("mailbox_id") REFERENCES "simulator_simmailbox" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "simulator_simmail_mailbox_id_0303a7d0" ON "simulator_simmail" ("mailbox_id");
ALTER TABLE "simulator_simmail" ADD COLUMN "answers_to" text DEFAULT '' NOT NULL;
ALTER TABLE "simulator_simmail" ALTER COLUMN "answers_to" DROP DEFAULT;
ALTER TABLE "simulator_simmail" ADD COLUMN "message_id" text DEFAULT '' NOT NULL;
ALTER TABLE "simulator_simmail" ALTER COLUMN "message_id" DROP DEFAULT;
ALTER TABLE "simulator_simmailbox" ADD COLUMN "password" varchar(128) DEFAULT '' NOT NULL;
ALTER TABLE "simulator_simmailbox" ALTER COLUMN "password" DROP DEFAULT;
CREATE TABLE "simulator_simletter" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "number" integer NOT NULL CHECK ("number" >= 0), "raw" bytea NOT NULL, "sender" varchar(300) NOT NULL, "subject" text NOT NULL, "text" text NOT NULL, "mailbox_id" uuid NOT NULL, CONSTRAINT "sim_letter_number" UNIQUE ("mailbox_id", "number"));
ALTER TABLE "simulator_simletter" ADD CONSTRAINT "simulator_simletter_mailbox_id_7b0b7666_fk_simulator" FOREIGN KEY ("mailbox_id") REFERENCES "simulator_simmailbox" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "simulator_simletter_mailbox_id_7b0b7666" ON "simulator_simletter" ("mailbox_id");
CREATE TABLE "visitors_visitorsession" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "token_hash" varchar(64) NOT NULL UNIQUE, "pointer_hash" varchar(64) NULL UNIQUE, "subject" varchar(200) NOT NULL, "identified_until" timestamp with time zone NULL, "name" varchar(200) NOT NULL, "email" varchar(254) NOT NULL, "phone" varchar(40) NOT NULL, "notice_version" varchar(20) NOT NULL, "noticed_at" timestamp with time zone NULL, "answer_by" varchar(10) NOT NULL, "page" jsonb NOT NULL, "address" varchar(64) NOT NULL, "seen_at" timestamp with time zone NOT NULL, "ended_at" timestamp with time zone NULL, "channel_id" uuid NOT NULL, "company_id" uuid NOT NULL, "identity_id" uuid NULL);
CREATE TABLE "visitors_visitorproof" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "jti_hash" varchar(64) NOT NULL, "expires_at" timestamp with time zone NOT NULL, "channel_id" uuid NOT NULL, "company_id" uuid NOT NULL, "session_id" uuid NOT NULL);
CREATE TABLE "visitors_visitorcode" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "code_hash" varchar(64) NOT NULL UNIQUE, "expires_at" timestamp with time zone NOT NULL, "used_at" timestamp with time zone NULL, "company_id" uuid NOT NULL, "conversation_id" uuid NOT NULL, "identity_id" uuid NULL, "session_id" uuid NOT NULL);
CREATE TABLE "visitors_visitorblock" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "kind" varchar(10) NOT NULL, "value" varchar(255) NOT NULL, "author_id" uuid NULL, "channel_id" uuid NOT NULL, "company_id" uuid NOT NULL, "session_id" uuid NULL);
CREATE INDEX "visitor_of_identity" ON "visitors_visitorsession" ("identity_id", "seen_at" DESC);
CREATE INDEX "visitor_unknown" ON "visitors_visitorsession" ("seen_at") WHERE "identity_id" IS NULL;
CREATE INDEX "visitor_proof_age" ON "visitors_visitorproof" ("expires_at");
ALTER TABLE "visitors_visitorproof" ADD CONSTRAINT "visitor_proof_once" UNIQUE ("channel_id", "jti_hash");
CREATE INDEX "visitor_code_age" ON "visitors_visitorcode" ("expires_at");
ALTER TABLE "visitors_visitorblock" ADD CONSTRAINT "visitor_blocked_once" UNIQUE ("channel_id", "kind", "value");
ALTER TABLE "visitors_visitorsession" ADD CONSTRAINT "visitors_visitorsess_channel_id_bc70468b_fk_omnichann" FOREIGN KEY ("channel_id") REFERENCES "omnichannel_channel" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "visitors_visitorsession" ADD CONSTRAINT "visitors_visitorsess_company_id_7a96e3bf_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "visitors_visitorsession" ADD CONSTRAINT "visitors_visitorsess_identity_id_f5bb88aa_fk_contacts_" FOREIGN KEY ("identity_id") REFERENCES "contacts_contactidentity" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "visitors_visitorsession_token_hash_91231cf5_like" ON "visitors_visitorsession" ("token_hash" varchar_pattern_ops);
CREATE INDEX "visitors_visitorsession_pointer_hash_dec54589_like" ON "visitors_visitorsession" ("pointer_hash" varchar_pattern_ops);
CREATE INDEX "visitors_visitorsession_channel_id_bc70468b" ON "visitors_visitorsession" ("channel_id");
CREATE INDEX "visitors_visitorsession_company_id_7a96e3bf" ON "visitors_visitorsession" ("company_id");
CREATE INDEX "visitors_visitorsession_identity_id_f5bb88aa" ON "visitors_visitorsession" ("identity_id");
ALTER TABLE "visitors_visitorproof" ADD CONSTRAINT "visitors_visitorproo_channel_id_1a0aec3a_fk_omnichann" FOREIGN KEY ("channel_id") REFERENCES "omnichannel_channel" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "visitors_visitorproof" ADD CONSTRAINT "visitors_visitorproo_company_id_64849c57_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "visitors_visitorproof" ADD CONSTRAINT "visitors_visitorproo_session_id_209da4d9_fk_visitors_" FOREIGN KEY ("session_id") REFERENCES "visitors_visitorsession" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "visitors_visitorproof_channel_id_1a0aec3a" ON "visitors_visitorproof" ("channel_id");
CREATE INDEX "visitors_visitorproof_company_id_64849c57" ON "visitors_visitorproof" ("company_id");
CREATE INDEX "visitors_visitorproof_session_id_209da4d9" ON "visitors_visitorproof" ("session_id");
ALTER TABLE "visitors_visitorcode" ADD CONSTRAINT "visitors_visitorcode_company_id_e922852a_fk_accounts_company_id" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "visitors_visitorcode" ADD CONSTRAINT "visitors_visitorcode_conversation_id_4362e761_fk_omnichann" FOREIGN KEY ("conversation_id") REFERENCES "omnichannel_conversation" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "visitors_visitorcode" ADD CONSTRAINT "visitors_visitorcode_identity_id_21f2cee8_fk_contacts_" FOREIGN KEY ("identity_id") REFERENCES "contacts_contactidentity" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "visitors_visitorcode" ADD CONSTRAINT "visitors_visitorcode_session_id_6916daaa_fk_visitors_" FOREIGN KEY ("session_id") REFERENCES "visitors_visitorsession" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "visitors_visitorcode_code_hash_72a8d1a9_like" ON "visitors_visitorcode" ("code_hash" varchar_pattern_ops);
CREATE INDEX "visitors_visitorcode_company_id_e922852a" ON "visitors_visitorcode" ("company_id");
CREATE INDEX "visitors_visitorcode_conversation_id_4362e761" ON "visitors_visitorcode" ("conversation_id");
CREATE INDEX "visitors_visitorcode_identity_id_21f2cee8" ON "visitors_visitorcode" ("identity_id");
CREATE INDEX "visitors_visitorcode_session_id_6916daaa" ON "visitors_visitorcode" ("session_id");
ALTER TABLE "visitors_visitorblock" ADD CONSTRAINT "visitors_visitorbloc_author_id_e3eab148_fk_accounts_" FOREIGN KEY ("author_id") REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "visitors_visitorblock" ADD CONSTRAINT "visitors_visitorbloc_channel_id_0bade0b4_fk_omnichann" FOREIGN KEY ("channel_id") REFERENCES "omnichannel_channel" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "visitors_visitorblock" ADD CONSTRAINT "visitors_visitorbloc_company_id_45d967f1_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "visitors_visitorblock" ADD CONSTRAINT "visitors_visitorbloc_session_id_9edfc3bc_fk_visitors_" FOREIGN KEY ("session_id") REFERENCES "visitors_visitorsession" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "visitors_visitorblock_author_id_e3eab148" ON "visitors_visitorblock" ("author_id");
CREATE INDEX "visitors_visitorblock_channel_id_0bade0b4" ON "visitors_visitorblock" ("channel_id");
CREATE INDEX "visitors_visitorblock_company_id_45d967f1" ON "visitors_visitorblock" ("company_id");
CREATE INDEX "visitors_visitorblock_session_id_9edfc3bc" ON "visitors_visitorblock" ("session_id");
ALTER TABLE "visitors_visitorsession" ADD COLUMN "signed" jsonb DEFAULT '[]'::jsonb NOT NULL;
CREATE TABLE "webhooks_inboundevent" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "source" varchar(20) NOT NULL, "lane" smallint NOT NULL CHECK ("lane" >= 0), "body" bytea NOT NULL, "dedupe" bytea NOT NULL UNIQUE, "state" varchar(12) NOT NULL, "attempts" smallint NOT NULL CHECK ("attempts" >= 0), "error" varchar(300) NOT NULL, "processed_at" timestamp with time zone NULL);
CREATE TABLE "webhooks_inboundissue" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "position" integer NOT NULL CHECK ("position" >= 0), "reason" varchar(12) NOT NULL, "account_by" varchar(20) NOT NULL, "account" varchar(100) NOT NULL, "detail" varchar(300) NOT NULL, "event_id" uuid NOT NULL, CONSTRAINT "issue_once" UNIQUE ("event_id", "position"));
CREATE INDEX "inbound_waiting" ON "webhooks_inboundevent" ("lane", "id") WHERE "state" IN ('pendente', 'processando');
CREATE INDEX "inbound_state_age" ON "webhooks_inboundevent" ("state", "created_at");
ALTER TABLE "webhooks_inboundissue" ADD CONSTRAINT "webhooks_inboundissu_event_id_719e520c_fk_webhooks_" FOREIGN KEY ("event_id") REFERENCES "webhooks_inboundevent" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "webhooks_inboundissue_event_id_719e520c" ON "webhooks_inboundissue" ("event_id");
CREATE INDEX "issue_account" ON "webhooks_inboundissue" ("reason", "account");
ALTER TABLE "webhooks_inboundevent" ADD COLUMN "lanes" smallint[] DEFAULT '{}'::smallint[] NOT NULL;
ALTER TABLE "webhooks_inboundevent" ADD COLUMN "is_unproven" boolean NULL;
ALTER TABLE "webhooks_inboundevent" ADD COLUMN "request" jsonb NULL;
ALTER TABLE "webhooks_inboundevent" ADD COLUMN "file" varchar(100) DEFAULT '' NOT NULL;
ALTER TABLE "webhooks_inboundevent" ADD COLUMN "size" integer NULL;
CREATE INDEX "inbound_unproven" ON "webhooks_inboundevent" ("error", "lane", "id") WHERE "is_unproven";
CREATE TABLE "webhooks_folderposition" ("id" uuid NOT NULL PRIMARY KEY, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL, "era" bigint NOT NULL, "number" bigint NOT NULL, "looked_at" timestamp with time zone NULL, "channel_id" uuid NOT NULL UNIQUE, "company_id" uuid NOT NULL);
ALTER TABLE "webhooks_folderposition" ADD CONSTRAINT "webhooks_folderposit_channel_id_0dd6476b_fk_omnichann" FOREIGN KEY ("channel_id") REFERENCES "omnichannel_channel" ("id") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "webhooks_folderposition" ADD CONSTRAINT "webhooks_folderposit_company_id_abdd373a_fk_accounts_" FOREIGN KEY ("company_id") REFERENCES "accounts_company" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "webhooks_folderposition_company_id_abdd373a" ON "webhooks_folderposition" ("company_id");
