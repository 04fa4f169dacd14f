"""Language models behind one face: what is asked, what is answered, whoever answers it."""
