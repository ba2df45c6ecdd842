namespace NextLayer.AppHost.Embedded.Processes;

/// <summary>The signals whose numbers Linux and macOS agree on.</summary>
internal enum ChildSignal
{
    /// <summary>SIGINT: PostgreSQL's fast shutdown.</summary>
    Interrupt = 2,

    /// <summary>SIGQUIT: PostgreSQL's immediate shutdown.</summary>
    Quit = 3,

    /// <summary>SIGKILL.</summary>
    Kill = 9,

    /// <summary>SIGTERM: a .NET host's graceful shutdown.</summary>
    Terminate = 15,
}
