namespace Container;

/// <summary>What the executable needs: nothing.</summary>
public class TheFile
{
    [Fact]
    public async Task It_needs_no_library_of_the_system()
    {
        await EmptyRoot.RequireAsync();

        Assert.True(await EmptyRoot.IsStaticAsync());
    }
}
