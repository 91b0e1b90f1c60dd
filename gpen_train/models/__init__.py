"""The networks: encoder, mapper, StyleGAN2 synthesis and discriminator."""
