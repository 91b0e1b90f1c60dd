"""Files that a user names, wherever they lie: here, behind http, in a bucket."""
