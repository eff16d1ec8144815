"""Video as CDNs and players tell it: access logs and Common Media Client Data."""
