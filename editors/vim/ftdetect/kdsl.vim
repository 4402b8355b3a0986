au BufRead,BufNewFile *.kdsl setfiletype kdsl
