"""The files of a pretrained BERT, as Hugging Face writes them."""
