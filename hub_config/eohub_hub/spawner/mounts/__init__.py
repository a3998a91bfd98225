"""Data of a plan as folders under ~/data, by rclone outside the server's walls."""
