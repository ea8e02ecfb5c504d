using Datagen.Auth;
using Datagen.Console;

namespace Unit.Commands;

public class CommandTests
{
    [Theory]
    [InlineData("90s", 90)]
    [InlineData("20m", 1200)]
    [InlineData("1h", 3600)]
    [InlineData("0s", 0)]
    [InlineData("999999h", 999999 * 3600.0)]
    public void Durations(string text, double seconds) => Assert.Equal(seconds, Duration.Parse(text, "--wait").TotalSeconds);

    [Theory]
    [InlineData("")]
    [InlineData("20")]
    [InlineData("m")]
    [InlineData("-5m")]
    [InlineData("1.5h")]
    [InlineData(" 5m")]
    [InlineData("1d")]
    [InlineData("99999999h")]
    public void What_is_no_duration(string text) => Assert.Throws<UsageException>(() => Duration.Parse(text, "--wait"));

    [Theory]
    [InlineData("statsu", "status")]
    [InlineData("lgoin", "login")]
    [InlineData("xyzzy", null)]
    [InlineData("", null)]
    public void Nearest_name(string typed, string? nearest) =>
        Assert.Equal(nearest, Spelling.Nearest(typed, ["login", "logout", "status", "org", "token"]));

    [Theory]
    [InlineData(true, "--format", "json")]
    [InlineData(true, "auth", "--format=json", "status")]
    [InlineData(false, "--", "--format", "json")]
    [InlineData(false, "--format", "text")]
    [InlineData(false, "json", "--format")]
    public void Whether_errors_are_asked_for_in_json(bool json, params string[] arguments) =>
        Assert.Equal(json, CommandLine.AsksForJson(arguments));

    [Theory]
    [InlineData("/usr/bin/genlabz", "genlabz")]
    [InlineData("genlabz", "genlabz")]
    [InlineData("./datagen", "datagen")]
    [InlineData("datagen-1.0.0", "datagen")]
    [InlineData("", "datagen")]
    public void The_product_is_chosen_by_the_programs_name(string path, string product) =>
        Assert.Equal(product, Product.Named(path).Name);

    [Fact]
    public void Every_kind_of_error_has_its_exit_code()
    {
        var cases = new (Exception, int, string)[]
        {
            (new AuthException("x"), 1, "failed"),
            (new CredentialsFileException(CredentialsFileProblem.Damaged, "x"), 1, "failed"),
            (new InvalidOperationException("a defect"), 1, "failed"),
            (new UsageException("x", "y"), 2, "usage"),
            (new ServiceUnreachableException("x"), 3, "unreachable"),
            (new NotSignedInException("x", "y"), 4, "not_signed_in"),
            (new SignInFailedException("x"), 5, "sign_in_failed"),
            (new OperationCanceledException(), 130, "interrupted"),
        };

        foreach (var (error, exitCode, code) in cases)
        {
            var failure = Failure.Of(error, Product.Datagen, interruptedBy: 0);
            Assert.Equal((exitCode, code), (failure.ExitCode, failure.Code));
        }

        Assert.Equal(143, Failure.Of(new OperationCanceledException(), Product.Datagen, interruptedBy: 143).ExitCode);
    }

    [Fact]
    public void A_file_that_cannot_be_written_names_the_variables_that_help() =>
        Assert.Equal(
            "set GENLABZ_CONFIG_DIR to a folder that can be written and locked, or GENLABZ_TOKEN to an access token",
            Failure.Of(new CredentialsFileException(CredentialsFileProblem.Unwritable, "x"), Product.GenLabZ, 0).Hint);
}
