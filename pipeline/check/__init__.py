"""`newsdesk check`: what a run would find before it trains, without TensorFlow."""
