"""Names of the bot's tasks, for services that ring without knowing them."""

TURN = "bot.tasks.turn"
EMBED = "bot.tasks.phrases_embed"
SUMMARY = "bot.tasks.summary"
RETAKE = "bot.tasks.retake"
