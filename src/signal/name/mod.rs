//! Names: capitalised words of a Latin script against the sound of Chinese characters.
