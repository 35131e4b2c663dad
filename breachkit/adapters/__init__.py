"""The world that answers: each adapter stands alone and is named after what it adapts."""
