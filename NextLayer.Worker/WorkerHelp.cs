using NextLayer.Worker.Platform;

namespace NextLayer.Worker;

/// <summary>The answer to <c>--help</c>.</summary>
internal static class WorkerHelp
{
    public static bool IsAsked(string[] args) => args.Any(a => a is "--help" or "-h" or "-?");

    public static string Text => $"""
        NextLayer worker {WorkerVersion.Text}: claims runs from a control plane and executes them.

        Settings are environment variables, or arguments such as --SLOTS 16:
          CP_BASE              control plane's address, several with commas
                               (else services__control-plane__http__0, else {ControlPlaneAddresses.Default})
          CP_API_KEY           API key, where the control plane asks for one
          WORKER_ID            name of this worker (default hostname:pid)
          TENANT_ID            claim this tenant's runs only
          SLOTS                runs executing at once (64)
          STEPS_PER_RUN        steps of one run executing at once (16)
          STEPS_AT_ONCE        steps of all runs executing at once (4 x SLOTS)
          SANDBOXES            processes that carry out JavaScript at once (one for each processor)
          POLL_SECONDS         pause after an error or an empty answer (1.5)
          CLAIM_WAIT_SECONDS   how long a claim waits for work; 0 polls (20)
          LEASE_SECONDS        length of a lease (30)
          HEARTBEAT_SECONDS    time between heartbeats (10)
          GRACE_SECONDS        time for running steps to finish when stopping (25)
          HttpRequest__AllowedHosts
                               hosts and networks beyond the public internet that steps may reach,
                               such as {"localhost:8080,10.0.0.0/8"} (none)
          Email__AllowLog      true writes mail of tenants without an SMTP connector into the run's log
                               (in environment Development only)
          DASHBOARD_URL        where people answer, for links in notices of approvals (left out)
          ASPNETCORE_URLS      where /alive and /health answer (a free port of 127.0.0.1)

        SIGTERM lets running steps finish, hands the rest back and exits.
        """;
}
