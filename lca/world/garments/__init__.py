"""What people wear: closed suits of cloth that are cut, draped and edged, shoes, and the rows of their cloth."""
