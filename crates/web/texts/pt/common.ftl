# The same words as in texts/en/common.ftl. Worded so that readers in Portugal and in Brazil find nothing foreign in them.

skip-to-content = Ir para o conteúdo
help-link = Ajuda
privacy-policy-link = Política de privacidade
terms-link = Termos de serviço
signed-in-as = Sessão iniciada como { $name }
signed-out-note = Esta página pertence a { $bank }.
busy = Um momento…
request-failed = Não houve resposta e por isso não sabemos se funcionou. Tente novamente.
offline = Sem ligação à internet. Nada pode ser alterado até que ela volte.
field-error = Erro: { $message }
party-verified = Verificado por { $bank }
party-unverified = { $bank } não verificou quem é
technical-details = Detalhes técnicos
request-number = Número do pedido
opens-elsewhere = abre { $host } em uma nova janela
not-framed-properly = Esta vista não pode funcionar aqui, porque a página que a contém não lhe permite um endereço próprio. Quem gere essa página deve acrescentar “allow-same-origin” à moldura.

date-long = { $day } de { $month ->
    [1] janeiro
    [2] fevereiro
    [3] março
    [4] abril
    [5] maio
    [6] junho
    [7] julho
    [8] agosto
    [9] setembro
    [10] outubro
    [11] novembro
   *[12] dezembro
} de { $year }
date-and-time = { $date } às { $time }
list-pair = { $first } e { $last }
list-more = { $first }, { $rest }
list-end = { $first } e { $last }

failure-invalid-title = Há algo errado neste link
failure-invalid-text = A página de origem pediu algo que não podemos fazer. Volte e comece de novo. Se acontecer outra vez, avise a empresa responsável por essa página.
failure-forbidden-title = Isto não é possível aqui
failure-forbidden-text = Nada foi alterado. Volte à página de origem e comece de novo.
failure-missing-title = Não há nada aqui
failure-missing-text = A página pode ter mudado de lugar, ou era para outra pessoa. Verifique o endereço ou volte.
failure-over-title = Esta página já não é válida
failure-over-text = Já foi usada ou ficou aberta por muito tempo. Volte à página de origem e comece de novo.
failure-busy-title = Muitas tentativas
failure-busy-text = Aguarde um pouco antes de tentar novamente.
failure-ours-title = Algo falhou do nosso lado
failure-ours-text = Não foi possível concluir o que pediu. Tente novamente dentro de instantes. Se continuar a acontecer, informe o número do pedido abaixo.
