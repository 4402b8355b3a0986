" kdsl: comments, indentation and words.
if exists("b:did_ftplugin")
  finish
endif
let b:did_ftplugin = 1
setlocal commentstring=//\ %s comments=:///,://
setlocal expandtab shiftwidth=2 softtabstop=2 cindent cinkeys=0{,0},0),0],!^F,o,O cinoptions=(s,m1,J1,j1,+0,#1
setlocal iskeyword+=-
setlocal formatoptions-=t formatoptions+=croql
let b:undo_ftplugin = "setl cms< com< et< sw< sts< cin< cink< cino< isk< fo<"
