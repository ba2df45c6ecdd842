using System.Text;
using Microsoft.AspNetCore.Http;
using NextLayer.ControlPlane.Features.Triggers.Webhooks;

namespace NextLayer.Tests.ControlPlane.Triggers;

public sealed class WebhookSignatureTests
{
    // The example of the Standard Webhooks specification.
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private const string Timestamp = "1614265330";
    private const string Good = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    private static readonly byte[] _body = """{"test": 2432232314}"""u8.ToArray();
    private static readonly byte[] _secret = WebhookSecretText.Read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")!;
    private static readonly DateTimeOffset _then = DateTimeOffset.FromUnixTimeSeconds(1614265330);

    [Theory]
    [InlineData(Good)]
    [InlineData("v1,bm90IGl0 " + Good)]
    [InlineData(Good + " v1a,somethingelse v2,other")]
    public void FindFlaw_OneGoodSignature_IsEnough(string signatures) => Assert.Null(Find(signatures));

    [Theory]
    [InlineData("")]
    [InlineData("v1,")]
    [InlineData("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OF=")]
    [InlineData("v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    [InlineData("g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    [InlineData("v1,G0HM9SSE+OTPJTGT/TMIKTSYZLE3UFJELVLNIOLJ1OE=")]
    [InlineData("v1,ä")]
    public void FindFlaw_NoGoodSignature_IsOne(string signatures) =>
        Assert.Equal("No signature in webhook-signature is that of this message with a valid secret.", Find(signatures));

    [Theory]
    [InlineData(300, null)]
    [InlineData(-300, null)]
    [InlineData(301, "webhook-timestamp is more than 5 minutes from the time here")]
    [InlineData(-301, "webhook-timestamp is more than 5 minutes from the time here")]
    public void FindFlaw_Timestamp_MayBeFiveMinutesOff(int seconds, string? expected)
    {
        var flaw = WebhookSignature.FindFlaw(new WebhookHeaders(Id, false, Timestamp, Good), _body, [_secret], _then.AddSeconds(seconds));

        Assert.Equal(expected, flaw?.Split(',')[0]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("1614265330.5")]
    [InlineData("99999999999999999")]
    [InlineData("999999999999999999999999")]
    public void FindFlaw_TimestampThatIsNone_SaysSo(string timestamp) => Assert.Equal(
        "webhook-timestamp must be a Unix time in whole seconds.",
        WebhookSignature.FindFlaw(new WebhookHeaders(Id, false, timestamp, Good), _body, [_secret], _then));

    [Fact]
    public void FindFlaw_OtherBodyOrSecret_IsOne()
    {
        var headers = new WebhookHeaders(Id, false, Timestamp, Good);

        Assert.NotNull(WebhookSignature.FindFlaw(headers, """{"test":2432232314}"""u8, [_secret], _then));
        Assert.NotNull(WebhookSignature.FindFlaw(headers with { Id = "msg_2" }, _body, [_secret], _then));
        Assert.NotNull(WebhookSignature.FindFlaw(headers, _body, [WebhookSecretText.Make()], _then));
        Assert.NotNull(WebhookSignature.FindFlaw(headers, _body, [], _then));
        Assert.Null(WebhookSignature.FindFlaw(headers, _body, [WebhookSecretText.Make(), _secret], _then));
    }

    [Fact]
    public void From_HeadersTwice_AreAbsent()
    {
        var headers = WebhookHeaders.From(new HeaderDictionary
        {
            ["webhook-id"] = new[] { "a", "b" },
            ["webhook-timestamp"] = new[] { "1", "2" },
            ["webhook-signature"] = new[] { "v1,a", "v1,b" },
        });

        Assert.Equal(new WebhookHeaders(null, IsIdUnusable: true, null, "v1,a v1,b"), headers);
    }

    [Theory]
    [InlineData("whsec_")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS")]
    [InlineData("whsec_c2hvcnQ=")]
    [InlineData("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==")]
    public void Read_TextThatIsNoSecret_IsNull(string text) => Assert.Null(WebhookSecretText.Read(text));

    [Theory]
    [InlineData("", "{}")]
    [InlineData("  {\"a\": 1.0}  ", "{\"a\": 1.0}")]
    [InlineData("[1, 2]", "{\"body\": [1, 2]}")]
    [InlineData("\"text\"", "{\"body\": \"text\"}")]
    [InlineData("null", "{\"body\": null}")]
    public void From_AnyBody_BecomesAnObject(string body, string expected) =>
        Assert.Equal(expected, WebhookInput.From(Encoding.UTF8.GetBytes(body))!.Value.GetRawText());

    [Fact]
    public void From_ArrayAsDeepAsAllowed_HasNoRoomInAnObject()
    {
        static byte[] Nested(int levels) => Encoding.UTF8.GetBytes(new string('[', levels) + new string(']', levels));

        Assert.NotNull(WebhookInput.From(Nested(63)));
        Assert.Null(WebhookInput.From(Nested(64)));
    }

    private static string? Find(string signatures) =>
        WebhookSignature.FindFlaw(new WebhookHeaders(Id, false, Timestamp, signatures), _body, [_secret], _then);
}
