"""The walls between users' servers, and the limits within them."""
