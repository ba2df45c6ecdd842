using System.Text;
using System.Text.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.Worker.Execution;

namespace NextLayer.Tests.Worker;

/// <summary>Nothing an attempt leaves holds a secret, however it is spelled there.</summary>
public sealed class SecretValuesTests
{
    private const string Secret = "c4n&ry+\"sé/ret=9";

    // Some ways of writing come to the same for some secrets.
    public static TheoryData<string> Spellings => [.. AllSpellings().Distinct()];

    private static string[] AllSpellings() =>
    [
        Secret,
        Uri.EscapeDataString(Secret),
        Uri.EscapeDataString(Secret).ToLowerInvariant(),
        new Uri("http://x.example/" + Secret).AbsolutePath[1..],
        new Uri("http://x.example/?" + Secret).Query[1..],
        Uri.EscapeDataString(new Uri("http://x.example/" + Secret).AbsolutePath[1..]),
        Uri.EscapeDataString(Uri.EscapeDataString(Uri.EscapeDataString(Secret))),
        Convert.ToBase64String(Encoding.UTF8.GetBytes(new Uri("http://x.example/" + Secret).AbsolutePath)),
        Convert.ToHexString(Encoding.UTF8.GetBytes(Uri.EscapeDataString(Secret))),
        "x" + Convert.ToBase64String(Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes("?" + Secret)))),
        string.Concat(Encoding.UTF8.GetBytes(Secret).Select(b => $"%{b:x2}")),
        System.Net.WebUtility.UrlEncode(Secret),
        System.Net.WebUtility.HtmlEncode(Secret),
        JsonSerializer.Serialize(Secret),
        Convert.ToHexString(Encoding.UTF8.GetBytes(Secret)),
        Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)),
        Convert.ToBase64String(Encoding.UTF8.GetBytes("u:" + Secret)),
        Convert.ToBase64String(Encoding.UTF8.GetBytes("user:" + Secret + ":after")),
        Convert.ToBase64String(Encoding.UTF8.GetBytes("ab" + Secret)).Replace('+', '-').Replace('/', '_'),
    ];

    [Theory]
    [MemberData(nameof(Spellings))]
    public void Redact_TakesItOutInEverySpelling(string spelled)
    {
        var secrets = new SecretValues();
        secrets.Add(Secret);

        var told = secrets.Redact($"before {spelled} after");

        Assert.Contains(SecretValues.Mask, told, StringComparison.Ordinal);
        Assert.True(told.Length < 40, told);
    }

    [Theory]
    [InlineData("01920000-0000-7000-8000-000000000001 a-b_c/d+e==")]
    [InlineData("100% of %zz %4 %C3%A9 0123456789abcdef0123456789abcdef")]
    [InlineData("TG9yZW0gaXBzdW0gZG9sb3Igc2l0IGFtZXQ= https://x.example/a/b?c=%20d")]
    public void Redact_OfATextWithoutIt_LeavesEveryCharacter(string text)
    {
        var secrets = new SecretValues();
        secrets.Add(Secret);

        Assert.Equal(text, secrets.Redact(text));
    }

    [Fact]
    public void Redact_OfATextCutWithinTheSecret_TakesTheRest()
    {
        var secrets = new SecretValues();
        secrets.Add("canary-of-some-length");
        var filler = new string('x', 300);

        Assert.Equal(filler + "***", secrets.Redact(filler + "canary-of-so"));
        Assert.Equal(filler + "***…", secrets.Redact(filler + "canary-of-so…"));
        Assert.Equal(filler + "can", secrets.Redact(filler + "can"));
    }

    [Fact]
    public void Redact_OfAServiceAccount_KnowsTheKeyWithinAndItsLines()
    {
        var secrets = new SecretValues();
        secrets.Add("""{"type": "service_account", "client_email": "robot@example.com", "private_key": "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\nAQEFAASCBKcwggSjAgEAAoIB\n-----END PRIVATE KEY-----\n"}""");

        Assert.Equal("*** and *** by robot@example.com", secrets.Redact("MIIEvQIBADANBgkqhkiG9w0B and AQEFAASCBKcwggSjAgEAAoIB by robot@example.com"));
    }

    [Fact]
    public void Redact_OfANumberThatIsTheSecret_HidesIt()
    {
        var secrets = new SecretValues();
        secrets.Add("48151623");

        var redacted = (StepResult.Completed)secrets.Redact(new StepResult.Completed(JsonElement.Parse("""{"pin": 48151623, "n": 1.50}""")));

        Assert.Equal("""{"pin":"***","n":1.50}""", redacted.Output!.Value.GetRawText());
    }

    [Fact]
    public void Redact_OfAWait_HidesWhatPeopleWouldBeShown()
    {
        var secrets = new SecretValues();
        secrets.Add("canary-secret");
        secrets.Add("604800000");
        var wait = new StepWait { Approval = new ApprovalWait { Title = "Use canary-secret?" }, Event = new EventWait { Name = "e", CorrelationKey = "canary-secret", LookbackMs = 604800000 } };

        var redacted = (StepResult.Waiting)secrets.Redact(new StepResult.Waiting(WaitReason.Approval) { Wait = wait });

        Assert.Equal(("Use ***?", "***", 604800000), (redacted.Wait!.Approval!.Title, redacted.Wait.Event!.CorrelationKey, redacted.Wait.Event.LookbackMs));
    }
}
