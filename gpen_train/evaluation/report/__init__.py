"""What an evaluation leaves behind: report.json, a table in report.md, a page to look at, and comparisons."""
