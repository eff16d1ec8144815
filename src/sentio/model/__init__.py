"""The words that all floors share: subjects, services, indicators, elements, records, scores."""
