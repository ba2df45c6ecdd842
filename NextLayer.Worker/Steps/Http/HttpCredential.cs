using System.Text;
using NextLayer.Worker.Execution;

namespace NextLayer.Worker.Steps.Http;

/// <summary>Turns a kind of authentication and its fields into the header that is sent.</summary>
internal static class HttpCredential
{
    /// <summary>What the step itself gives: <c>auth</c> and the fields in <c>auth_config</c>.</summary>
    public static KeyValuePair<string, string>? OfStep(StepConfig config, SecretValues secrets) => config.Text("auth") switch
    {
        null or "none" or "connector" => null,
        var kind => Read(kind, config.Object("auth_config") ?? new StepConfig(default, "config.auth_config"), secrets)
            ?? throw new StepConfigException($"config.auth must be one of none, basic, bearer, header, connector, not '{kind}'."),
    };

    /// <summary>What a connector gives; it may leave out <c>auth</c> where its other fields say it.</summary>
    public static KeyValuePair<string, string>? OfConnector(StepConfig connector, SecretValues secrets)
    {
        var kind = connector.Text("auth")
            ?? (connector.Find("token") is not null ? "bearer"
            : connector.Find("username") is not null ? "basic"
            : connector.Find("header") is not null ? "header"
            : "none");
        return kind == "none"
            ? null
            : Read(kind, connector, secrets) ?? throw connector.Wrong("auth", "one of none, basic, bearer, header");
    }

    private static KeyValuePair<string, string>? Read(string kind, StepConfig fields, SecretValues secrets) => kind switch
    {
        "basic" => new("Authorization", "Basic " + Secret(Basic(fields, secrets), secrets)),
        "bearer" => new("Authorization", "Bearer " + OneLine(Secret(fields.RequiredText("token"), secrets))),
        "header" => new(fields.RequiredText("header"), OneLine(Secret(fields.RequiredText("value"), secrets))),
        _ => null,
    };

    private static string Basic(StepConfig fields, SecretValues secrets)
    {
        var (user, password) = (fields.RequiredText("username"), Secret(fields.Text("password") ?? "", secrets));
        return user.Contains(':', StringComparison.Ordinal)
            ? throw new StepConfigException("config.auth: a user name must not hold a colon.")
            : Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
    }

    private static string Secret(string value, SecretValues secrets)
    {
        secrets.Add(value);
        return value;
    }

    private static string OneLine(string value) => value.AsSpan().ContainsAny('\r', '\n', '\0')
        ? throw new StepConfigException("config.auth: a credential must be one line.")
        : value;
}
