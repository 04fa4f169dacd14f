"""The door of visitors of a clinic's site: their sessions, limits, pages and socket."""
