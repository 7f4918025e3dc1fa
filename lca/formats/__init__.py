"""What comes in and goes out: photos, avatar files, splat files, video."""
