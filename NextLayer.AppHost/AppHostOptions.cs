using Microsoft.Extensions.Configuration;

namespace NextLayer.AppHost;

/// <summary>What may be said on the AppHost's command line, or in the environment under the same names.</summary>
internal sealed record AppHostOptions
{
    private const string Help = """
        Starts NextLayer: Postgres, Redis, control plane (http://localhost:8000), workers and dashboard (http://localhost:3000).

          --workers N          worker processes, 1 to 100 (2)
          --control-planes N   control plane processes behind one address, 1 to 20 (1)
          --demo               publish nine example workflows, and run the small shop and the providers they talk to
          --auth               ask callers for a credential, as where others can reach it; prints the administrator's key
          --ephemeral          keep no data: the database goes when this program ends
          --help               this text

        Only where everything runs as plain processes (Orchestrator=embedded):

          --reset              delete the data of earlier starts first; asks nothing
          --data FOLDER        where data, logs and state.json go (.data beside this project)

        A container engine, where one is found, runs Postgres and Redis (Orchestrator=aspire). To choose:
          dotnet run --project NextLayer.AppHost -p:Orchestrator=embedded
        """;

    private static readonly string[] Flags = ["--auth", "--demo", "--ephemeral", "--reset"];
    private static readonly string[] Values = ["--workers", "--control-planes", "--data"];

    public required int Workers { get; init; }

    public required int ControlPlanes { get; init; }

    public required bool Ephemeral { get; init; }

    public required bool Demo { get; init; }

    public required bool Auth { get; init; }

    public static bool AsksForHelp(string[] args) => args.Any(arg => arg is "--help" or "-h" or "-?");

    public static int PrintHelp()
    {
        Console.WriteLine(Help);
        return 0;
    }

    /// <summary>
    /// Spells flags out, since configuration would take the next argument for a flag's value, and refuses what nobody reads:
    /// a mistyped option must not look as if it had worked.
    /// </summary>
    public static string[] Complete(string[] args)
    {
        // Tools that publish pass options of their own.
        var published = args.Any(arg => arg is "--operation" or "--publisher" or "--step");
        var unknown = Unknown(args).ToList();
        if (unknown.Count > 0 && !published)
            Refuse($"There is no option {string.Join(", ", unknown)}.");

        return [.. args.Select(arg => Flags.Contains(arg) ? arg + "=true" : arg)];
    }

    private static IEnumerable<string> Unknown(string[] args)
    {
        var takesNext = false;
        foreach (var arg in args)
        {
            var isOption = arg.StartsWith("--", StringComparison.Ordinal);
            var name = arg.Split('=')[0];
            // Settings of the host, such as --Logging:LogLevel:Default.
            var isSetting = isOption && arg.Contains(':', StringComparison.Ordinal);
            if (isOption ? !isSetting && !Flags.Contains(name) && !Values.Contains(name) : !takesNext)
                yield return name;
            takesNext = isOption && name == arg && !Flags.Contains(name);
        }
    }

    public static AppHostOptions Read(IConfiguration configuration) => new()
    {
        Workers = ReadCount(configuration, "workers", fallback: 2, most: 100),
        ControlPlanes = ReadCount(configuration, "control-planes", fallback: 1, most: 20),
        Ephemeral = bool.TryParse(configuration["ephemeral"], out var ephemeral) && ephemeral,
        Demo = bool.TryParse(configuration["demo"], out var demo) && demo,
        Auth = bool.TryParse(configuration["auth"], out var auth) && auth,
    };

    private static int ReadCount(IConfiguration configuration, string name, int fallback, int most)
    {
        if (configuration[name] is not { } text)
            return fallback;
        if (!int.TryParse(text, out var count) || count < 1 || count > most)
            Refuse($"--{name} must be a number from 1 to {most}, not '{text}'.");
        return count;
    }

    private static void Refuse(string reason)
    {
        Console.Error.WriteLine($"{reason} See --help.");
        Environment.Exit(2);
    }
}
