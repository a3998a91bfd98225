"""Login by OpenID Connect: from the provider's discovery document to a verified person."""
