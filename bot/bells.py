"""Names of the bot's tasks, for services that ring without knowing them."""

TURN = "bot.tasks.turn"
EMBED = "bot.tasks.phrases_embed"
READ = "bot.tasks.read"
TYPING = "bot.tasks.typing"
SUMMARY = "bot.tasks.summary"
RETAKE = "bot.tasks.retake"
