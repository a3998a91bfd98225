"""The administrators' pages: a service without rights of its own, which shows what a visitor may see."""
