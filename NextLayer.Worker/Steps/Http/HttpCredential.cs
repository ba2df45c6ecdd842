using System.Text;

namespace NextLayer.Worker.Steps.Http;

/// <summary>
/// Turns <c>auth</c> and the fields in <c>auth_config</c> into the header that is sent.
/// </summary>
internal static class HttpCredential
{
    public static KeyValuePair<string, string>? Read(StepConfig config)
    {
        var fields = config.Object("auth_config") ?? new StepConfig(default, "config.auth_config");
        return config.Text("auth") switch
        {
            null or "none" => null,
            "basic" => new("Authorization", "Basic " + Basic(fields.RequiredText("username"), fields.Text("password") ?? "")),
            "bearer" => new("Authorization", "Bearer " + OneLine(fields.RequiredText("token"))),
            "header" => new(fields.RequiredText("header"), OneLine(fields.RequiredText("value"))),
            "connector" => throw new StepConfigException("config.auth 'connector' is not available on this worker."),
            var other => throw new StepConfigException($"config.auth must be one of none, basic, bearer, header, connector, not '{other}'."),
        };
    }

    private static string Basic(string user, string password) => user.Contains(':', StringComparison.Ordinal)
        ? throw new StepConfigException("config.auth: a user name must not hold a colon.")
        : Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));

    private static string OneLine(string value) => value.AsSpan().ContainsAny('\r', '\n', '\0')
        ? throw new StepConfigException("config.auth: a credential must be one line.")
        : value;
}
