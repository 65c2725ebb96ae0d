# The same words as in texts/en/dashboard.ftl.

dashboard-title = Aplicações com acesso às suas contas
dashboard-intro = Veja aqui quem pode receber dados seus de { $bank } e pare quando quiser.
dashboard-how = Como funciona o compartilhamento de dados
dashboard-how-start = Uma aplicação só pode receber dados depois da sua aceitação em { $bank }. Isso começa na aplicação, não aqui.
dashboard-how-stop = Pode parar a qualquer momento. A partir desse instante a aplicação não recebe nada de novo.
dashboard-how-password = Se deu a sua senha a uma aplicação, ela não aparece aqui. Mude a senha para impedir o acesso.
dashboard-standing = Com acesso
dashboard-no-longer = Já sem acesso
dashboard-summary = { $count ->
    [one] { $count } aplicação pode ver dados.
   *[other] { $count } aplicações podem ver dados.
}
dashboard-summary-soon = { $count ->
    [one] { $count } ligação termina em breve.
   *[other] { $count } ligações terminam em breve.
}
dashboard-several = { $count ->
    [one] { $count } ligação
   *[other] { $count } ligações, cada uma termina separadamente
}
dashboard-since = Desde { $date }
dashboard-until = Até { $date }
dashboard-no-end = Sem data de fim
dashboard-last-used-line = Último uso: { $moment }
dashboard-never = Nunca
dashboard-today = Hoje, { $time }
dashboard-details = Detalhes
dashboard-show-all = Mostrar todas ({ $count })
dashboard-empty-title = Nenhuma aplicação tem acesso.
dashboard-empty-text = Quando ligar uma aplicação às suas contas, ela aparece aqui. Isso começa na aplicação. Uma aplicação que conhece a sua senha não aparece aqui.
dashboard-look-again = Verificar de novo
dashboard-help = Perguntas? { $bank }: { $help }

dashboard-status-active = Ativa
dashboard-status-soon = Termina em breve
dashboard-status-paused = Suspensa pelo seu banco
dashboard-status-ended = Terminada
dashboard-status-stopped = Parada
dashboard-paused-text = { $bank } desligou esta aplicação por agora, por isso ela não recebe dados.

dashboard-ended-by-you = Parada a seu pedido em { $moment }
dashboard-ended-by-delegate = Parada em seu nome em { $moment }
dashboard-ended-by-app = Parada por { $app } em { $moment }
dashboard-ended-by-bank = Parada por { $bank } em { $moment }
dashboard-ended-by-system = Parada automaticamente em { $moment }
dashboard-ended-by-time = Terminada em { $moment }, porque o prazo acabou
dashboard-ended-emptied = Parada em { $moment }, porque não restava nada para compartilhar

dashboard-detail-title = { $app }: detalhes
dashboard-back = Todas as aplicações
dashboard-who = Quem
dashboard-name = Nome
dashboard-application = Aplicação
dashboard-legal-name = Empresa
dashboard-registered = Nome oficial
dashboard-website = Site
dashboard-contact = Atendimento e reclamações
dashboard-hosts = Endereços da aplicação
dashboard-what = O que é compartilhado
dashboard-what-was = O que era compartilhado
dashboard-raw-name = É assim que { $bank } o chama.
dashboard-withdrawn = Já não é compartilhado
dashboard-why = Para quê
dashboard-why-note = O texto mostrado quando aceitou:
dashboard-text-version = versão { $version } do texto
dashboard-how-long = Por quanto tempo
dashboard-granted = Aceitação
dashboard-ends = Termina
dashboard-ended = Terminou
dashboard-reference = Referência
dashboard-activity = Atividade
dashboard-last-used = Último uso
dashboard-used-days = Uso nos últimos 30 dias
dashboard-used-days-count = { $count ->
    [one] { $count } dia
   *[other] { $count } dias
}
dashboard-last-refused = Última tentativa recusada

dashboard-stop = Parar de compartilhar
dashboard-stop-title = Parar de compartilhar com { $app }?
dashboard-stop-what = Isto termina agora, para todas as suas contas:
dashboard-stop-kept = Os dados que { $app } já tem permanecem lá, segundo as suas próprias regras.
dashboard-stop-ask = Pode pedir que os dados sejam apagados:
dashboard-stop-effect = { $app } pode deixar de funcionar na sua conta. Talvez queira avisar primeiro.
dashboard-go-back = Voltar
dashboard-try-again = Tentar novamente
dashboard-stopped = O compartilhamento com { $app } parou. { $moment }
dashboard-was-over = O compartilhamento com { $app } já tinha terminado. { $moment }
dashboard-stop-failed-title = O compartilhamento não parou
dashboard-stop-failed-text = Algo falhou do nosso lado. Nada foi alterado. Tente novamente.

dashboard-missing-title = Esta ligação não foi encontrada
dashboard-missing-text = Abaixo está tudo o que existe agora.
dashboard-over-title = Esta vista foi fechada
dashboard-over-text = Foi fechada para proteger os seus dados. Feche-a e abra-a de novo a partir do seu banco.
dashboard-unavailable-title = Desligada por agora
dashboard-unavailable-text = O seu banco desligou esta página por agora. Tente mais tarde.
dashboard-not-framed-title = Abra esta página a partir do seu banco
dashboard-not-framed-text = Esta página só é mostrada dentro do site ou da aplicação do seu banco. Feche-a e abra-a de novo a partir daí.
