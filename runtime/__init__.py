"""An actor runtime on pykka, ZeroMQ and MessagePack that knows nothing of betting."""
