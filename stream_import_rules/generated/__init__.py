"""What the compiler made of the rules, one package a rule set. Nothing here is edited by hand but this file."""
