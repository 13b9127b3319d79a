# fish completion for berth
function __berth_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in ($words[1] __complete $words[2..-1] 2>/dev/null)
        switch $line
            case :0 :2
                __fish_complete_path (commandline -ct)
            case :4
            case '*'
                echo $line
        end
    end
end
complete -c berth -f -a '(__berth_complete)'
