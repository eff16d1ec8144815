"""Reports on calls: RTCP packets, and the quality they tell of."""
