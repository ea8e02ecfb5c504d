#include <stdio.h>

int main(void)
{
    puts("datagen 1.0.0");
    return 0;
}
