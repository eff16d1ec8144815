"""Where inputs come from: folders and archives, standard input, HTTP push."""
