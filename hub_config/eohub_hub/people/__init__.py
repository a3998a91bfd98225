"""The registry that gives each person, known by issuer and subject, a lasting name and number."""
