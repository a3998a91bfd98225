"""What administrators tell everybody: a banner on the hub's pages, and terms of use that people accept."""
