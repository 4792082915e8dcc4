"""The demo's story: real guests, the daemon, four acts, and a report of what each act expected and whether it held."""
