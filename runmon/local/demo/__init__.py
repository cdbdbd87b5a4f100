"""The bundled shop site and the Actor that really crawls it."""
