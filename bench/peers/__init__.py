"""Other active-learning libraries on our features and on their own, each in an environment of its own.

What runs in such an environment (`*_peer.py`, `exchange.py`, `learners.py`, `replaying.py`) knows numpy, scipy,
scikit-learn and the peer, nothing of ours. The two sides speak through folders of arrays and JSON on standard output.
"""
