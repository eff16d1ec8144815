"""Statistics of WebRTC calls: reports, metrics, dumps and windows."""
