"""From photographs to aligned faces: landmarks, FFHQ's oriented crop, files and their manifest."""
