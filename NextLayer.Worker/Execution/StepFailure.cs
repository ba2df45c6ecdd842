namespace NextLayer.Worker.Execution;

/// <summary>Thrown by a handler's inner parts where the attempt has failed in a foreseen way.</summary>
internal class StepFailure(StepResult.Failed failure) : Exception(failure.Error.Message)
{
    public StepResult.Failed Failure { get; } = failure;

    public static StepFailure Of(string code, string message, bool retryable = false, System.Text.Json.JsonElement? detail = null) =>
        new(StepResult.Failure(code, message, retryable, detail));
}
