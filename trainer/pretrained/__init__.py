"""The files of a pretrained text encoder, as Hugging Face writes them."""
