"""The demo's agencies: who they are, what they publish in the scripted case, and a seeded simulator of many cases."""
