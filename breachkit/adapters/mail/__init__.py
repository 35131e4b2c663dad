"""Mail: messages as bytes, to a relay, into files, and the reports that come back."""
