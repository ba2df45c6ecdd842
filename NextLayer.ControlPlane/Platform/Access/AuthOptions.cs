using NextLayer.ControlPlane.Platform.Access.Keys;
using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace NextLayer.ControlPlane.Platform.Access;

/// <summary>Section <c>Auth</c> of the configuration. <c>docs/access.md</c> explains each.</summary>
internal sealed class AuthOptions
{
    /// <summary>False only on a developer's own machine: every caller is then an administrator of everything.</summary>
    public bool Required { get; set; } = true;

    /// <summary>A key of the installation with the role admin, made at start: <c>nlk_&lt;id&gt;_&lt;secret&gt;</c>.</summary>
    public string? AdminKey { get; set; }

    /// <summary>A key of the installation with the role worker, made at start.</summary>
    public string? WorkerKey { get; set; }

    /// <summary><c>sub</c> of the persons who administer the installation, comma-separated.</summary>
    public string Administrators { get; set; } = "";

    public JwtOptions Jwt { get; set; } = new();
}

/// <summary>Section <c>Auth:Jwt</c>: whose tokens are taken. None while neither secret nor key set is named.</summary>
internal sealed class JwtOptions
{
    /// <summary>HS256 secret, at least 32 bytes: Supabase's "JWT secret".</summary>
    public string? Secret { get; set; }

    /// <summary>Address of the JSON Web Key Set whose RS256 and ES256 keys are taken.</summary>
    public Uri? JwksUri { get; set; }

    /// <summary>The only <c>iss</c> that is taken; required with either.</summary>
    public string? Issuer { get; set; }

    /// <summary>Must be among a token's <c>aud</c>.</summary>
    [Required]
    public string Audience { get; set; } = "authenticated";

    public bool IsConfigured => Secret is not null || JwksUri is not null;
}

/// <summary>Refuses settings under which nobody, or anybody, could sign in.</summary>
internal sealed class AuthOptionsRules : IValidateOptions<AuthOptions>
{
    private const int MinSecretBytes = 32;

    public ValidateOptionsResult Validate(string? name, AuthOptions options)
    {
        var mistakes = new List<string>();
        if (options.Jwt.Secret is { } secret && System.Text.Encoding.UTF8.GetByteCount(secret) < MinSecretBytes)
            mistakes.Add($"Auth:Jwt:Secret must have at least {MinSecretBytes} bytes.");
        if (options.Jwt.IsConfigured && string.IsNullOrWhiteSpace(options.Jwt.Issuer))
            mistakes.Add("Auth:Jwt:Issuer must name the issuer of the tokens.");
        if (options.Jwt.JwksUri is { } uri && !(uri.IsAbsoluteUri && uri.Scheme is "https" or "http"))
            mistakes.Add("Auth:Jwt:JwksUri must be an http or https address.");
        foreach (var (setting, key) in new[] { ("Auth:AdminKey", options.AdminKey), ("Auth:WorkerKey", options.WorkerKey) })
        {
            if (!string.IsNullOrEmpty(key) && ApiKeyText.Parse(key) is null)
                mistakes.Add($"{setting} must look like {ApiKeyText.Shape}.");
        }

        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }
}
