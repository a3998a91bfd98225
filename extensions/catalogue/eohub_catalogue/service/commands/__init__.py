"""The commands of `eohub-catalogue`, a module each."""
