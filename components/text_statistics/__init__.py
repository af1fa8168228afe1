"""TextStatistics: what schemas cannot say of texts, counted in one pass."""
