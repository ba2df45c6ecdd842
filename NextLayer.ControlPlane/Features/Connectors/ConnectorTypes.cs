using System.Text.Json;
using NextLayer.Contracts.Registry;

namespace NextLayer.ControlPlane.Features.Connectors;

/// <summary>The connector types that steps and pipelines know. Others may be stored, with any secrets.</summary>
internal static class ConnectorTypes
{
    public const string Http = "http";
    public const string Webhook = "webhook";
    public const string Smtp = "smtp";
    public const string Postgres = "postgres";
    public const string OpenAi = "openai";
    public const string OpenAiCompatible = "openai_compatible";
    public const string Anthropic = "anthropic";
    public const string Google = "google";
    public const string BigQuery = "bigquery";

    /// <summary>What templates read as <c>secrets.name</c>: the tenant's own, for its steps to use as they like.</summary>
    public const string Secrets = "secrets";

    public const string ServiceAccount = "service_account";
    public const string SigningSecret = "signing_secret";

    private static readonly ConnectorTypeSecret ApiKey = new() { Name = "api_key", Title = "API key" };

    public static IReadOnlyList<ConnectorType> All { get; } =
    [
        Type(Http, "HTTP API", "An API that http_request steps call; with a base address its credential goes nowhere else.", """
            "base_url": { "type": "string", "title": "Base address", "examples": ["https://api.example.com/v1"] },
            "auth": { "type": "string", "title": "Authentication", "enum": ["none", "basic", "bearer", "header"] },
            "username": { "type": "string", "title": "User name", "description": "For basic." },
            "header": { "type": "string", "title": "Header", "description": "For header: which one carries the value." },
            "test_path": { "type": "string", "title": "Path that a test of the connection reads", "default": "/" }
            """,
            new() { Name = "token", Title = "Token (bearer)" }, new() { Name = "password", Title = "Password (basic)" }, new() { Name = "value", Title = "Value (header)" }),
        Make(Webhook, "Webhook receiver", "A system that webhook steps deliver signed events to.", """
            "url": { "type": "string", "title": "Address" }
            """,
            testable: false, new ConnectorTypeSecret { Name = SigningSecret, Title = "Signing secret" }),
        Type(Smtp, "Mail server (SMTP)", "Sends the mail of send_email steps.", """
            "host": { "type": "string", "title": "Host" },
            "port": { "type": "integer", "title": "Port", "minimum": 1, "maximum": 65535, "default": 587 },
            "tls": { "type": "string", "title": "Encryption", "enum": ["starttls", "implicit", "none"], "default": "starttls" },
            "username": { "type": "string", "title": "User name" },
            "from": { "type": "string", "title": "Sender" },
            "ca_certificate": { "type": "string", "title": "Authority to trust (PEM)" }
            """,
            new ConnectorTypeSecret { Name = "password", Title = "Password" }),
        Type(Postgres, "PostgreSQL", "A database that database_query steps read and write.", """
            "host": { "type": "string", "title": "Host" },
            "port": { "type": "integer", "title": "Port", "minimum": 1, "maximum": 65535, "default": 5432 },
            "database": { "type": "string", "title": "Database" },
            "username": { "type": "string", "title": "User name" },
            "ssl_mode": { "type": "string", "title": "Encryption", "enum": ["disable", "prefer", "require", "verify-ca", "verify-full"], "default": "prefer" },
            "ca_certificate": { "type": "string", "title": "Authority to trust (PEM)" }
            """,
            new ConnectorTypeSecret { Name = "password", Title = "Password" }),
        Type(OpenAi, "OpenAI", "Models of OpenAI for llm_call, and its usage for the cost pipeline.", """
            "base_url": { "type": "string", "title": "Base address", "default": "https://api.openai.com/v1" },
            "organization": { "type": "string", "title": "Organization" }
            """,
            ApiKey),
        Type(OpenAiCompatible, "OpenAI-compatible", "Any server that speaks OpenAI's chat API.", """
            "base_url": { "type": "string", "title": "Base address", "examples": ["http://models.internal:8000/v1"] },
            "max_tokens_field": { "type": "string", "title": "Name of the limit", "enum": ["max_tokens", "max_completion_tokens"] }
            """,
            ApiKey),
        Type(Anthropic, "Anthropic", "Models of Anthropic for llm_call, and its usage for the cost pipeline.", """
            "base_url": { "type": "string", "title": "Base address", "default": "https://api.anthropic.com" },
            "version": { "type": "string", "title": "API version", "default": "2023-06-01" }
            """,
            ApiKey),
        Type(Google, "Google Gemini", "Models of Google for llm_call.", """
            "base_url": { "type": "string", "title": "Base address", "default": "https://generativelanguage.googleapis.com" }
            """,
            ApiKey),
        Type(BigQuery, "Google BigQuery", "Billing export and other tables, by a service account.", """
            "base_url": { "type": "string", "title": "Base address", "default": "https://bigquery.googleapis.com" },
            "token_url": { "type": "string", "title": "Token address", "default": "https://oauth2.googleapis.com/token" },
            "project_id": { "type": "string", "title": "Project" },
            "location": { "type": "string", "title": "Location of the data", "examples": ["EU"] },
            "billing_table": { "type": "string", "title": "Table of the billing export", "examples": ["my-project.billing.gcp_billing_export_v1"] }
            """,
            new ConnectorTypeSecret { Name = ServiceAccount, Title = "Service account (JSON)", Multiline = true }),
        Make(Secrets, "Secrets", "Named values that templates read as {{ secrets.name }}.", "", testable: false),
    ];

    /// <summary>Null for a type that is only stored.</summary>
    public static ConnectorType? Find(string type) => All.FirstOrDefault(known => known.Type == type);

    /// <summary>The secret that a reference without names stands for.</summary>
    public static string MainSecret(string type) => Find(type)?.Secrets is [var first, ..] ? first.Name : "value";

    private static ConnectorType Type(string type, string label, string description, string properties, params ConnectorTypeSecret[] secrets) =>
        Make(type, label, description, properties, testable: true, secrets);

    private static ConnectorType Make(
        string type, string label, string description, string properties, bool testable, params ConnectorTypeSecret[] secrets) => new()
    {
        Type = type,
        Label = label,
        Description = description,
        ConfigSchema = JsonElement.Parse($$"""{ "type": "object", "properties": { {{properties}} } }"""),
        Secrets = secrets,
        Testable = testable,
    };
}
